import { expect } from "chai";
import { artifacts } from "hardhat";
import { type Address, encodeDeployData, getAddress, type Hex, keccak256, zeroAddress } from "viem";
import { initCode } from "./support/artifacts.ts";
import { type Chain, COORDINATOR_CHAIN, OTHER_CHAIN, openChain } from "./support/chain.ts";
import { CHILD, deployChildren, deployRoot, NAMES, type Row, rootInitCode } from "./support/deployment.ts";
import { expectRevert } from "./support/revert.ts";

const ENDPOINT: Address = getAddress("0x00000000000000000000000000000000000e0d01");
const row = (chain: { chainId: number; eid: number }, changes: Partial<Row> = {}): Row => ({
  chainId: BigInt(chain.chainId),
  eid: chain.eid,
  endpoint: ENDPOINT,
  wiringHash: keccak256("0x"),
  ...changes,
});
const HOME = COORDINATOR_CHAIN.chainId;
const ROWS = [row(COORDINATOR_CHAIN), row(OTHER_CHAIN)];

describe("KeystoneRoot", function () {
  this.timeout(60_000);
  let home: Chain;
  let away: Chain;
  let foreign: Chain;
  let root: Address;
  let restore: () => Promise<void>;

  before(async () => {
    home = await openChain(COORDINATOR_CHAIN);
    away = await openChain(OTHER_CHAIN);
    foreign = await openChain({ chainId: 10, eid: 1 });
    const code = await rootInitCode(home.chainId, ROWS);
    root = await deployRoot(home, code);
    for (const chain of [away, foreign]) expect(await deployRoot(chain, code)).to.equal(root);
    const snapshots = await Promise.all([home, away, foreign].map((chain) => chain.helpers.takeSnapshot()));
    restore = async () => {
      for (const snapshot of snapshots) await snapshot.restore();
    };
  });
  afterEach(() => restore());

  const at = (chain: Chain) => chain.viem.getContractAt("KeystoneRoot", root);

  describe("deploy", () => {
    it("gives every child the same address on every chain, the one it predicts", async () => {
      const onHome = await deployChildren(home, root);
      const onAway = await deployChildren(away, root);
      expect(onAway).to.deep.equal(onHome);
      expect(new Set(Object.values(onHome)).size).to.equal(6);
      for (const address of Object.values(onHome)) {
        expect(await home.client.getCode({ address }), `${address} on the coordinator's chain`).to.not.equal(undefined);
      }
      for (const address of [onAway.escrow, onAway.escrowExtension, onAway.messenger]) {
        expect(await away.client.getCode({ address }), `${address} on the other chain`).to.not.equal(undefined);
      }
    });

    it("creates children in any order and by anyone", async () => {
      const contract = await at(home);
      const stranger = home.account(9).account;
      for (const child of [CHILD.messenger, CHILD.escrowExtension, CHILD.registry, CHILD.escrow, CHILD.coordinator]) {
        await contract.write.deploy([child, await initCode(NAMES[child])], { account: stranger });
        const [event] = await contract.getEvents.ChildDeployed();
        expect(event?.args).to.deep.equal({ child, account: await contract.read.addressOf([child]) });
      }
    });

    it("returns a child that exists unchanged", async () => {
      const contract = await at(home);
      const code = await initCode("ComplianceRegistry");
      await contract.write.deploy([CHILD.registry, code]);
      const { result } = await contract.simulate.deploy([CHILD.registry, code]);
      expect(result).to.equal(await contract.read.addressOf([CHILD.registry]));
      await contract.write.deploy([CHILD.registry, code]);
      expect(await contract.getEvents.ChildDeployed()).to.deep.equal([]);
    });

    it("valid call, one thing broken: other init code, even another child's", async () => {
      const contract = await at(home);
      const [mine, other] = [await initCode("ComplianceRegistry"), await initCode("KeystoneEscrow")];
      await expectRevert(contract.write.deploy([CHILD.registry, other]), "KeystoneRoot_WrongInitCode", [
        CHILD.registry,
        keccak256(mine),
        keccak256(other),
      ]);
      await expectRevert(contract.write.deploy([CHILD.registry, `${mine}00`]), "KeystoneRoot_WrongInitCode");
      await expectRevert(contract.write.deploy([CHILD.registry, "0x"]), "KeystoneRoot_WrongInitCode");
    });

    it("refuses other init code for a child that exists", async () => {
      const contract = await at(home);
      await deployChildren(home, root);
      await expectRevert(contract.write.deploy([CHILD.registry, "0x00"]), "KeystoneRoot_WrongInitCode");
    });

    it("valid call, one thing broken: coordinator or registry on another chain than the coordinator's", async () => {
      const contract = await at(away);
      for (const [child, name] of [
        [CHILD.coordinator, "SettlementCoordinator"],
        [CHILD.registry, "ComplianceRegistry"],
      ] as const) {
        await expectRevert(contract.write.deploy([child, await initCode(name)]), "KeystoneRoot_WrongChain", [
          child,
          BigInt(away.chainId),
        ]);
      }
    });

    it("valid call, one thing broken: on a chain without a row", async () => {
      const contract = await at(foreign);
      await expectRevert(
        contract.write.deploy([CHILD.escrow, await initCode("KeystoneEscrow")]),
        "KeystoneRoot_WrongChain",
        [CHILD.escrow, 10n],
      );
    });

    it("valid call, one thing broken: a child's constructor fails", async () => {
      const failing: Hex = "0x60006000fd";
      const code = await rootWith(home, ROWS, [failing, failing, failing, failing, failing]);
      const contract = await home.viem.getContractAt("KeystoneRoot", await deployRoot(home, code));
      await expectRevert(contract.write.deploy([CHILD.registry, failing]), "KeystoneRoot_CreationFailed", [
        CHILD.registry,
      ]);
    });
  });

  describe("its rows", () => {
    it("are readable in order", async () => {
      const contract = await at(home);
      expect(await contract.read.rows()).to.deep.equal(ROWS);
      expect(await contract.read.coordinatorChainId()).to.equal(BigInt(home.chainId));
    });

    it("are part of its address", async () => {
      const other = await rootInitCode(home.chainId, [ROWS[0] as Row, row(OTHER_CHAIN, { eid: 7 })]);
      expect(await deployRoot(home, other)).to.not.equal(root);
    });

    const many = (count: number) => Array.from({ length: count }, (_, i) => row({ chainId: i + 1, eid: i + 1 }));
    it("may be eight", async () => {
      const { abi, bytecode } = await artifacts.readArtifact("KeystoneRoot");
      const args = [8n, many(8), await hashes()] as const;
      const { status } = await home.client.waitForTransactionReceipt({
        hash: await home.account(0).deployContract({ abi, bytecode: bytecode as Hex, args }),
      });
      expect(status).to.equal("success");
    });

    const faults: [string, number, Row[]][] = [
      ["none", COORDINATOR_CHAIN.chainId, []],
      ["nine", 1, many(9)],
      ["without the coordinator's chain", 1, ROWS],
      ["with a chain twice", HOME, [row(COORDINATOR_CHAIN), row({ ...OTHER_CHAIN, chainId: HOME })]],
      ["with an endpoint id twice", HOME, [row(COORDINATOR_CHAIN), row({ ...OTHER_CHAIN, eid: 40161 })]],
      ["with a zero endpoint", HOME, [row(COORDINATOR_CHAIN, { endpoint: zeroAddress })]],
      ["with a zero endpoint id", HOME, [row(COORDINATOR_CHAIN, { eid: 0 })]],
      ["with a zero chain", 0, [row({ chainId: 0, eid: 1 })]],
    ];
    for (const [what, coordinatorChainId, rows] of faults) {
      it(`valid call, one thing broken: ${what}`, async () => {
        const { abi, bytecode } = await artifacts.readArtifact("KeystoneRoot");
        const args = [BigInt(coordinatorChainId), rows, await hashes()] as const;
        await expectRevert(
          home.account(0).deployContract({ abi, bytecode: bytecode as Hex, args }),
          "KeystoneRoot_InvalidRows",
        );
      });
    }
  });

  it("can do nothing but create", async () => {
    const { abi } = await artifacts.readArtifact("KeystoneRoot");
    const functions = abi.filter((item) => item.type === "function");
    expect(functions.filter((item) => item.stateMutability !== "view").map((item) => item.name)).to.deep.equal([
      "deploy",
    ]);
    expect(abi.some((item) => (item.type as string) === "receive" || (item.type as string) === "fallback")).to.equal(
      false,
    );
  });
});

async function hashes() {
  const hash = keccak256("0x01");
  return [hash, hash, hash, hash, hash] as const;
}

async function rootWith(chain: Chain, rows: readonly Row[], codes: readonly [Hex, Hex, Hex, Hex, Hex]): Promise<Hex> {
  const { abi, bytecode } = await artifacts.readArtifact("KeystoneRoot");
  const [a, b, c, d, e] = codes;
  const hashes = [keccak256(a), keccak256(b), keccak256(c), keccak256(d), keccak256(e)] as const;
  const args = [BigInt(chain.chainId), rows, hashes] as const;
  return encodeDeployData({ abi, bytecode: bytecode as Hex, args });
}
