import { join } from "node:path";
import { rulesetId, STANDARD_RULESET } from "@keystoneos/protocol";
import {
  childAddress,
  type DeploymentPlan,
  type PlannedChain,
  predictContracts,
  type WiredPath,
  wiringOf,
} from "@keystoneos/protocol/deployment";
import { parsePlan } from "@keystoneos/protocol/schema";
import { expect } from "chai";
import {
  type Abi,
  type Address,
  concat,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  hexToBigInt,
  keccak256,
  numberToHex,
  type PublicClient,
  parseAbiParameters,
  zeroAddress,
} from "viem";
import { rpc } from "../../devnet/src/chains/rpc.ts";
import { localAccount } from "../../devnet/src/keys.ts";
import { layerZeroArtifacts } from "../../devnet/src/layerzero/contracts.ts";
import { temporaryFolder } from "../../devnet/test/support/folder.ts";
import { checkPlan } from "../check/check-plan.ts";
import { renderFindings } from "../check/report.ts";
import { deployPlan } from "../deploy.ts";
import { PERMIT2 } from "../permit2.ts";
import { deliver, sendAs } from "./support/deliver.ts";
import { withSecondVerifier } from "./support/plan.ts";
import { localTarget } from "./support/target.ts";
import { startTestnet, type Testnet } from "./support/testnet.ts";

const HOME = "Sepolia (11155111)";
const AWAY = "Base Sepolia (84532)";

describe("the check of a live deployment", function () {
  this.timeout(120_000);
  const { dir, remove } = temporaryFolder();
  const plan: DeploymentPlan = parsePlan(withSecondVerifier());
  const contracts = predictContracts(plan);
  const [home, away] = plan.chains as [PlannedChain, PlannedChain];
  let chains: Testnet[];
  let clients: Map<number, PublicClient>;

  const url = ({ chainId }: PlannedChain) => chains.find((chain) => chain.chainId === chainId)?.url as string;
  const differing = async () => {
    const findings = await checkPlan(plan, clients);
    return findings.flatMap(({ ok, chain, what }) => (ok ? [] : [`${chain} ${what}`]));
  };

  before(async () => {
    chains = await Promise.all(plan.chains.map(({ chainId }) => startTestnet(plan, chainId, dir)));
    const targets = plan.chains.map(({ chainId }, i) => localTarget(plan, chainId, chains[i]?.url as string, dir));
    clients = new Map(targets.map(({ chainId, client }) => [chainId, client]));
    await deployPlan(targets, join(dir, "record.json"));
    await deliver({ url: url(home), planned: home }, { url: url(away), planned: away });
  });
  after(async () => {
    await Promise.all((chains ?? []).map((chain) => chain.stop()));
    remove();
  });

  it("finds nothing where nothing differs", async () => {
    const findings = await checkPlan(plan, clients);
    expect(findings.filter(({ ok }) => !ok)).to.deep.equal([]);
    expect(renderFindings(findings)).to.match(/\d+ parameters, all as promised$/);
  });

  // ---------------------------------------------------------------- one thing changed at a time

  const path = (chain: PlannedChain): WiredPath => wiringOf(plan, chain.chainId).paths[0] as WiredPath;
  /** What only the messenger itself can do at its endpoint, and never does again. */
  const asMessenger = (chain: PlannedChain, functionName: string, args: unknown[]) => {
    const data = encodeFunctionData({ abi: layerZeroArtifacts().endpoint.abi as Abi, functionName, args });
    return sendAs(url(chain), contracts.messenger, chain.layerZero.endpoint, data);
  };
  const setConfig = (chain: PlannedChain, library: Address, configType: number, config: Hex) =>
    asMessenger(chain, "setConfig", [contracts.messenger, library, [{ eid: path(chain).eid, configType, config }]]);
  const setUln = (chain: PlannedChain, way: "send" | "receive", change: Partial<Uln>) => {
    const { sendLibrary, receiveLibrary, sendConfirmations, sendVerifiers, receiveConfirmations, receiveVerifiers } =
      path(chain);
    const [library, confirmations, requiredDVNs] =
      way === "send"
        ? [sendLibrary, sendConfirmations, sendVerifiers]
        : [receiveLibrary, receiveConfirmations, receiveVerifiers];
    return setConfig(chain, library, 2, encodeUln({ confirmations, requiredDVNs, optionalDVNs: [], ...change }));
  };
  const setCode = (chain: PlannedChain, address: Address, code: Hex) =>
    rpc<void>(url(chain), "anvil_setCode", [address, code]);
  const changeCode = async (chain: PlannedChain, address: Address, change: (code: Hex) => Hex) =>
    setCode(chain, address, change(await rpc<Hex>(url(chain), "eth_getCode", [address, "latest"])));
  const changeStorage = async (
    chain: PlannedChain,
    address: Address,
    slot: bigint,
    change: (word: bigint) => bigint,
  ) => {
    const key = numberToHex(slot, { size: 32 });
    const word = await rpc<Hex>(url(chain), "eth_getStorageAt", [address, key, "latest"]);
    const changed = numberToHex(BigInt.asUintN(256, change(hexToBigInt(word))), { size: 32 });
    await rpc(url(chain), "anvil_setStorageAt", [address, key, changed]);
  };
  const swap = (code: Hex, from: Address, to: Address) =>
    code.toLowerCase().replaceAll(from.slice(2).toLowerCase(), to.slice(2).toLowerCase()) as Hex;
  const toAway = (what: string) => `${HOME} path Base Sepolia: ${what}`;
  const toHome = (what: string) => `${AWAY} path Sepolia: ${what}`;
  const stranger = localAccount(25).address;
  const both = (say: (what: string) => string, what: string) => [say(`${what}, own`), say(`${what}, in use`)];

  const changes: [name: string, chain: PlannedChain, change: () => Promise<void>, expected: string[]][] = [
    [
      "the root's code",
      away,
      () => changeCode(away, contracts.root, (code) => concat([code, "0x00"])),
      [`${AWAY} KeystoneRoot: code at ${contracts.root}`],
    ],
    [
      "a row",
      home,
      // The wiring's hash of the second row: rows take two words each from keccak256(0) on, the hash is the last.
      () =>
        changeStorage(home, contracts.root, hexToBigInt(keccak256(numberToHex(0, { size: 32 }))) + 3n, (w) => w + 1n),
      [`${HOME} KeystoneRoot: row 1`],
    ],
    [
      "an immutable of the escrow",
      away,
      () => changeCode(away, contracts.escrow, (code) => swap(code, contracts.coordinator, stranger)),
      [`${AWAY} KeystoneEscrow: code at ${contracts.escrow}`],
    ],
    [
      "an immutable of the coordinator",
      home,
      () => changeCode(home, contracts.coordinator, (code) => swap(code, contracts.registry, stranger)),
      [`${HOME} SettlementCoordinator: code at ${contracts.coordinator}`],
    ],
    [
      "the registry's code",
      home,
      () => changeCode(home, contracts.registry, (code) => concat([code, "0x00"])),
      [`${HOME} ComplianceRegistry: code at ${contracts.registry}`],
    ],
    [
      "the extension, which is gone",
      away,
      () => setCode(away, childAddress(contracts.root, "KeystoneEscrowExtension"), "0x"),
      [
        `${AWAY} KeystoneEscrowExtension: code at ${childAddress(contracts.root, "KeystoneEscrowExtension")}`,
        // The escrow answers with its extension's code.
        `${AWAY} escrow: path proven by a verdict`,
      ],
    ],
    [
      "an immutable of the router",
      home,
      () => changeCode(home, contracts.router, (code) => swap(code, contracts.escrow, stranger)),
      [`${HOME} SettlementRouter, without power and not needed to settle: code at ${contracts.router}`],
    ],
    [
      "the router, which is gone",
      home,
      () => setCode(home, contracts.router, "0x"),
      [`${HOME} SettlementRouter, without power and not needed to settle: code at ${contracts.router}`],
    ],
    ["nothing of a router that somebody made elsewhere", away, () => setCode(away, contracts.router, "0x00"), []],
    [
      "a coordinator where none belongs",
      away,
      () => setCode(away, contracts.coordinator, "0x00"),
      [`${AWAY} SettlementCoordinator: code at ${contracts.coordinator}`],
    ],
    [
      "the seal",
      away,
      () => changeStorage(away, contracts.messenger, 0n, () => 1n),
      [`${AWAY} messenger: sealed`, toHome("open to the messenger's own address")],
    ],
    ["the delegate", home, () => asMessenger(home, "setDelegate", [stranger]), [`${HOME} messenger: delegate`]],
    [
      "the send library, left to the default",
      home,
      () => asMessenger(home, "setSendLibrary", [contracts.messenger, path(home).eid, zeroAddress]),
      [toAway("send library left to a default")],
    ],
    [
      "the send library",
      home,
      async () =>
        asMessenger(home, "setSendLibrary", [contracts.messenger, path(home).eid, await blockedLibrary(home)]),
      [toAway("send library")],
    ],
    [
      "the receive library, left to the default",
      away,
      () => asMessenger(away, "setReceiveLibrary", [contracts.messenger, path(away).eid, zeroAddress, 0n]),
      [toHome("receive library left to a default")],
    ],
    [
      "the receive library",
      away,
      async () =>
        asMessenger(away, "setReceiveLibrary", [contracts.messenger, path(away).eid, await blockedLibrary(away), 0n]),
      [toHome("receive library")],
    ],
    [
      "an earlier receive library in its grace period",
      away,
      () =>
        asMessenger(away, "setReceiveLibraryTimeout", [
          contracts.messenger,
          path(away).eid,
          path(away).receiveLibrary,
          10n ** 9n,
        ]),
      [toHome("earlier receive library in its grace period")],
    ],
    [
      "the executor",
      home,
      () => setConfig(home, path(home).sendLibrary, 1, encodeExecutor(path(home).maxMessageSize, stranger)),
      [toAway("executor")],
    ],
    [
      "the longest message",
      away,
      () => setConfig(away, path(away).sendLibrary, 1, encodeExecutor(9_999, path(away).executor)),
      [toHome("longest message")],
    ],
    [
      "the confirmations of what is sent",
      home,
      () => setUln(home, "send", { confirmations: 95n }),
      both(toAway, "send confirmations"),
    ],
    [
      "the confirmations of what is received, left to the default",
      away,
      () => setUln(away, "receive", { confirmations: 0n }),
      both(toHome, "receive confirmations"),
    ],
    [
      "a verifier of what is sent",
      away,
      () => setUln(away, "send", { requiredDVNs: ascending([path(away).sendVerifiers[1] as Address, stranger]) }),
      both(toHome, "send verifiers"),
    ],
    [
      "the verifiers of what is received, one of which is gone",
      home,
      () => setUln(home, "receive", { requiredDVNs: path(home).receiveVerifiers.slice(0, 1) }),
      [...both(toAway, "receive verifiers"), ...both(toAway, "receive verifiers demanded")],
    ],
    [
      "optional verifiers of what is received",
      away,
      () => setUln(away, "receive", { optionalDVNs: [stranger] }),
      both(toHome, "receive optional verifiers"),
    ],
    [
      "a verifier's contract, which is gone",
      home,
      () => setCode(home, home.layerZero.verifiers[0]?.send as Address, "0x"),
      [`${HOME} verifier of LayerZero Labs: contract at ${home.layerZero.verifiers[0]?.send}`],
    ],
    [
      "the executor's contract, which is gone",
      away,
      () => setCode(away, away.layerZero.executor, "0x"),
      [`${AWAY} executor: contract at ${away.layerZero.executor}`],
    ],
    [
      "a ruleset, which is not registered",
      home,
      () => forgetRuleset(),
      [`${HOME} coordinator: standard ruleset registered`],
    ],
    ["Permit2, which is gone", away, () => setCode(away, PERMIT2, "0x"), [`${AWAY} Permit2: domain separator`]],
  ];

  for (const [name, chain, change, expected] of changes) {
    it(`finds ${name}`, async () => {
      const snapshot = await rpc(url(chain), "evm_snapshot");
      try {
        await change();
        expect((await differing()).sort()).to.deep.equal(expected.sort());
      } finally {
        await rpc(url(chain), "evm_revert", [snapshot]);
      }
    });
  }

  it("shows promise and finding of what differs", async () => {
    const snapshot = await rpc(url(home), "evm_snapshot");
    await setUln(home, "send", { confirmations: 95n });
    const report = renderFindings(await checkPlan(plan, clients));
    await rpc(url(home), "evm_revert", [snapshot]);
    expect(report).to.match(/DIFFERS {2}path Base Sepolia: send confirmations, own\n +promised 96\n +found {4}95\n/);
    expect(report).to.match(/\d+ parameters, 2 not as promised$/);
  });

  function blockedLibrary({ chainId, layerZero }: PlannedChain): Promise<Address> {
    const { abi } = layerZeroArtifacts().endpoint;
    const call = { address: layerZero.endpoint, abi, functionName: "blockedLibrary" } as const;
    return (clients.get(chainId) as PublicClient).readContract(call) as Promise<Address>;
  }

  /** Wherever the coordinator keeps it: the first words of its entry in the mapping at any of the first slots. */
  async function forgetRuleset(): Promise<void> {
    const key = rulesetId(STANDARD_RULESET);
    for (let slot = 0n; slot < 4n; slot++) {
      const entry = hexToBigInt(keccak256(concat([key, numberToHex(slot, { size: 32 })])));
      for (let word = 0n; word < 4n; word++) await changeStorage(home, contracts.coordinator, entry + word, () => 0n);
    }
  }
});

interface Uln {
  confirmations: bigint;
  requiredDVNs: Address[];
  optionalDVNs: Address[];
}

/** LayerZero's UlnConfig. 255 is its "none". */
function encodeUln({ confirmations, requiredDVNs, optionalDVNs }: Uln): Hex {
  const type = parseAbiParameters("(uint64, uint8, uint8, uint8, address[], address[])");
  const optional = optionalDVNs.length === 0 ? 255 : optionalDVNs.length;
  const threshold = optionalDVNs.length === 0 ? 0 : 1;
  return encodeAbiParameters(type, [
    [confirmations, requiredDVNs.length, optional, threshold, requiredDVNs, optionalDVNs],
  ]);
}

function encodeExecutor(maxMessageSize: number, executor: Address): Hex {
  return encodeAbiParameters(parseAbiParameters("(uint32, address)"), [[maxMessageSize, executor]]);
}

function ascending(addresses: Address[]): Address[] {
  return addresses.sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
}
