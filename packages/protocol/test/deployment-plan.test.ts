import { expect } from "chai";
import { type Address, concat, decodeAbiParameters, getContractAddress, keccak256, pad, toHex } from "viem";
import {
  CHILDREN,
  CREATE_X,
  childAddress,
  childrenOn,
  type DeploymentPlan,
  INIT_CODE_HASHES,
  pathProofTerms,
  predictContracts,
  ROOT_INIT_CODE,
  ROUTER_INIT_CODE,
  rootInitCode,
  rowsOf,
  wiringOf,
} from "../src/deployment/index.ts";
import { ProtocolError } from "../src/index.ts";
import { parsePlan } from "../src/schema/index.ts";

const address = (n: number): Address => getContractAddress({ from: `0x${"11".repeat(20)}`, nonce: BigInt(n) });

/** Three chains, so that the paths are seen to be a star. */
const plan = (): DeploymentPlan => ({
  salt: keccak256(toHex("a test's salt")),
  coordinatorChainId: 10,
  chains: [20, 10, 30].map((chainId, row) => ({
    chainId,
    name: `Chain ${chainId}`,
    finality: { safe: 1, finalized: 2 },
    layerZero: {
      eid: 40_000 + chainId,
      endpoint: address(row),
      sendLibrary: address(10 + row),
      receiveLibrary: address(20 + row),
      executor: address(30 + row),
      maxMessageSize: 10_000,
      confirmations: 5 + row,
      verifiers: ["A", "B"].map((operator, i) => ({ operator, send: address(40 + i), receive: address(50 + i) })),
    },
  })),
});
const changed = (change: (plan: DeploymentPlan) => void): DeploymentPlan => {
  const copy = plan();
  change(copy);
  return copy;
};
const chain = (of: DeploymentPlan, index: number) => of.chains[index] as DeploymentPlan["chains"][0];

describe("parsePlan", () => {
  it("reads what a parameter file says", () => {
    expect(parsePlan(plan())).to.deep.equal(plan());
  });

  const verifiers = (index: number, change: (list: DeploymentPlan["chains"][0]["layerZero"]["verifiers"]) => void) =>
    changed((copy) => change(chain(copy, index).layerZero.verifiers));
  const faults: [name: string, field: string, message: string, json: unknown][] = [
    ["an unknown field", "", "owner", { ...plan(), owner: address(0) }],
    ["a short salt", "salt", "64 hex digits", { ...plan(), salt: "0x12" }],
    [
      "a coordinator's chain without a row",
      "coordinatorChainId",
      "one of the chains",
      { ...plan(), coordinatorChainId: 1 },
    ],
    ["a repeated chain", "chains.2.chainId", "repeated", changed((copy) => (chain(copy, 2).chainId = 20))],
    [
      "a repeated endpoint id",
      "chains.1.layerZero.eid",
      "repeated",
      changed((copy) => (chain(copy, 1).layerZero.eid = 40_020)),
    ],
    [
      "no address",
      "chains.2.layerZero.endpoint",
      "address",
      changed((copy) => (chain(copy, 2).layerZero.endpoint = "0x12")),
    ],
    [
      "no confirmations",
      "chains.0.layerZero.confirmations",
      "",
      changed((copy) => (chain(copy, 0).layerZero.confirmations = 0)),
    ],
    [
      "messages that are too short",
      "chains.0.layerZero.maxMessageSize",
      "8034 bytes",
      changed((copy) => (chain(copy, 0).layerZero.maxMessageSize = 8_033)),
    ],
    [
      "no verifier",
      "chains.1.layerZero.verifiers.0",
      "the first verifier of Chain 10 is missing",
      verifiers(1, (list) => list.splice(0)),
    ],
    [
      "one verifier",
      "chains.1.layerZero.verifiers.1",
      "the second verifier of Chain 10 is missing: name one, of another operator than A; there is no default",
      verifiers(1, (list) => list.pop()),
    ],
    [
      "one operator twice",
      "chains.0.layerZero.verifiers.1.operator",
      "independent",
      verifiers(0, (list) => Object.assign(list[1] ?? {}, { operator: "A" })),
    ],
    [
      "one contract twice",
      "chains.0.layerZero.verifiers.1.send",
      "independent",
      verifiers(0, (list) => Object.assign(list[1] ?? {}, { send: list[0]?.send })),
    ],
    [
      "one account twice",
      "chains.0.layerZero.verifiers.1.receive",
      "independent",
      verifiers(0, (list) => Object.assign(list[1] ?? {}, { receive: list[0]?.receive })),
    ],
    [
      "an operator at one end only",
      "chains.2.layerZero.verifiers",
      "same operators on every chain, here A, C, there A, B",
      verifiers(2, (list) => Object.assign(list[1] ?? {}, { operator: "C" })),
    ],
  ];
  for (const [name, field, message, json] of faults) {
    it(`refuses ${name}`, () => {
      expect(() => parsePlan(json))
        .to.throw(ProtocolError, message)
        .that.includes({ code: "deployment_invalid", field });
    });
  }
});

describe("the wiring of a plan", () => {
  it("is a star around the coordinator's chain, in row order", () => {
    const eids = (chainId: number) => wiringOf(plan(), chainId).paths.map(({ eid }) => eid);
    expect([10, 20, 30].map(eids)).to.deep.equal([[40_020, 40_030], [40_010], [40_010]]);
    expect(() => wiringOf(plan(), 40)).to.throw(ProtocolError, "40");
  });

  it("asks the sender's confirmations at both ends, of verifiers in ascending order whatever the order in the file", () => {
    const turned = changed((copy) => copy.chains.map(({ layerZero }) => layerZero.verifiers.reverse()));
    expect(rowsOf(turned)).to.deep.equal(rowsOf(plan()));
    const [sent] = wiringOf(plan(), 20).paths;
    const [received] = wiringOf(plan(), 10).paths;
    expect(sent?.sendConfirmations).to.equal(5n);
    expect(received?.receiveConfirmations).to.equal(5n);
    const list = sent?.sendVerifiers ?? [];
    expect(BigInt(list[0] as Address) < BigInt(list[1] as Address)).to.equal(true);
  });
});

describe("the addresses of a plan", () => {
  it("follow from CreateX, the root's arguments and the children's init code", () => {
    const code = rootInitCode(plan());
    const root = getContractAddress({
      opcode: "CREATE2",
      from: CREATE_X,
      salt: keccak256(plan().salt),
      bytecode: code,
    });
    expect(predictContracts(plan()).root).to.equal(root);
    expect(predictContracts(plan()).escrow).to.equal(childAddress(root, "KeystoneEscrow"));
    expect(code.startsWith(ROOT_INIT_CODE)).to.equal(true);
    const row = {
      type: "tuple[]",
      components: [{ type: "uint64" }, { type: "uint32" }, { type: "address" }, { type: "bytes32" }],
    } as const;
    const types = [{ type: "uint64" }, row, { type: `bytes32[${CHILDREN.length}]` }] as const;
    const [coordinatorChainId, rows, hashes] = decodeAbiParameters(types, `0x${code.slice(ROOT_INIT_CODE.length)}`);
    expect(coordinatorChainId).to.equal(10n);
    expect(rows).to.deep.equal(
      rowsOf(plan()).map(({ chainId, eid, endpoint, wiringHash }) => [chainId, eid, endpoint, wiringHash]),
    );
    expect(hashes).to.deep.equal(CHILDREN.map((name) => INIT_CODE_HASHES[name]));
  });

  it("follow for the router from CreateX, its init code and the root alone", () => {
    const { root, router } = predictContracts(plan());
    const bytecode = concat([ROUTER_INIT_CODE, pad(root)]);
    const expected = getContractAddress({ opcode: "CREATE2", from: CREATE_X, salt: keccak256(plan().salt), bytecode });
    expect(router).to.equal(expected);
  });

  it("are others when anything in the plan changes that the chains see", () => {
    const others = [
      changed((copy) => (copy.salt = keccak256(copy.salt))),
      changed((copy) => (copy.coordinatorChainId = 20)),
      changed((copy) => (chain(copy, 1).layerZero.confirmations += 1)),
      changed((copy) => (chain(copy, 2).layerZero.executor = address(99))),
      changed((copy) => copy.chains.reverse()),
    ].map(predictContracts);
    const all = [predictContracts(plan()), ...others].flatMap(({ root, escrow, messenger, router }) => [
      root,
      escrow,
      messenger,
      router,
    ]);
    expect(new Set(all).size).to.equal(all.length);
  });

  it("are the same when only names and finality change", () => {
    const renamed = changed((copy) =>
      Object.assign(chain(copy, 0), { name: "Another", finality: { safe: 3, finalized: 4 } }),
    );
    expect(predictContracts(renamed)).to.deep.equal(predictContracts(plan()));
  });

  it("are used everywhere but for coordinator and registry", () => {
    expect(childrenOn(10, 10)).to.deep.equal([...CHILDREN]);
    expect(childrenOn(20, 10)).to.deep.equal(["KeystoneEscrow", "LayerZeroMessenger", "KeystoneEscrowExtension"]);
  });
});

describe("pathProofTerms", () => {
  it("have one leg, on the chain to be proved, that nobody can pay", () => {
    const contracts = predictContracts(plan());
    const terms = pathProofTerms(plan(), contracts, 30);
    expect(terms.legs.map(({ chainId, escrow }) => [chainId, escrow])).to.deep.equal([[30n, contracts.escrow]]);
    expect(terms.parties).to.deep.equal([]);
    expect(terms.settleDeadline).to.equal(0);
  });
});
