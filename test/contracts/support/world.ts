import { type Address, type Hash, type Hex, parseEther } from "viem";
import { type Chain, COORDINATOR_CHAIN, OTHER_CHAIN, openChain, ROLES } from "./chain.ts";
import {
  type Addresses,
  deployChildren,
  deployRoot,
  type Row,
  rootInitCode,
  wiringHash,
  wiringOf,
} from "./deployment.ts";
import { deployLayerZero, type LayerZero, type Wiring } from "./layerzero.ts";
import { Courier, type Packet, packetsOf } from "./packets.ts";
import { buildTrade, STANDARD_RULESET, VERDICT } from "./terms.ts";

/** How far a world is set up: contracts only, with wired endpoints, sealed, or with the path proved by a first verdict. */
export type Stage = "deployed" | "wired" | "sealed" | "proven";
const STAGES: readonly Stage[] = ["deployed", "wired", "sealed", "proven"];

/** What one side of the world holds beside its chain. */
export interface Side {
  layerZero: LayerZero;
  wiring: Wiring;
  courier: Courier;
  bond: Address;
  cash: Address;
}

/** What a party starts with, of each token on each chain. */
const INITIAL_BALANCE = parseEther("1000000");

/** Two chains, LayerZero's own contracts between them, and one deployment at the same addresses on both. */
export async function openWorld(options: { stage?: Stage; children?: readonly string[] } = {}) {
  const { stage = "proven", children } = options;
  const reached = (wanted: Stage) => STAGES.indexOf(stage) >= STAGES.indexOf(wanted);
  const home = await openChain(COORDINATOR_CHAIN);
  const away = await openChain(OTHER_CHAIN);
  const homeSide = await openSide(home, away.eid);
  const awaySide = await openSide(away, home.eid);

  const rows: Row[] = [];
  for (const [chain, side] of [
    [home, homeSide],
    [away, awaySide],
  ] as const) {
    rows.push({
      chainId: BigInt(chain.chainId),
      eid: chain.eid,
      endpoint: side.layerZero.endpoint,
      wiringHash: await wiringHash(side.wiring),
    });
  }
  const code = await rootInitCode(home.chainId, rows, children);
  let addresses: Addresses | undefined;
  for (const chain of [home, away]) addresses = await deployChildren(chain, await deployRoot(chain, code), children);
  const { root, coordinator, escrow, registry, messenger, escrowExtension } = addresses as Addresses;

  const world = {
    home,
    away,
    addresses: { root, coordinator, escrow, registry, messenger, escrowExtension },
    rows,
    rootInitCode: code,
    coordinator: await home.viem.getContractAt("SettlementCoordinator", coordinator),
    registry: await home.viem.getContractAt("ComplianceRegistry", registry),
    escrow: {
      home: await home.viem.getContractAt("IKeystoneEscrow", escrow),
      away: await away.viem.getContractAt("IKeystoneEscrow", escrow),
    },
    messenger: {
      home: await home.viem.getContractAt("LayerZeroMessenger", messenger),
      away: await away.viem.getContractAt("LayerZeroMessenger", messenger),
    },
    side: { home: homeSide, away: awaySide },
    attester: home.address(ROLES.attester),
    rulesetId: `0x${"00".repeat(32)}` as Hex,
    deliver,
    deliverAll,
    snapshot,
  };

  if (reached("wired")) {
    await world.messenger.home.write.wire([homeSide.wiring]);
    await world.messenger.away.write.wire([awaySide.wiring]);
  }
  if (reached("sealed")) {
    await world.messenger.home.write.seal([homeSide.wiring]);
    await world.messenger.away.write.seal([awaySide.wiring]);
  }
  if (children === undefined) {
    const { result, request } = await world.coordinator.simulate.registerRuleset([STANDARD_RULESET]);
    await home.account(ROLES.deployer).writeContract(request);
    world.rulesetId = result;
    if (reached("proven")) await provePath(world);
  }
  return world;

  /** Has a packet verified and executed on the chain that it is for. */
  function deliver(packet: Packet, how?: Parameters<Courier["deliver"]>[1]): Promise<Hash> {
    const side = packet.dstEid === home.eid ? homeSide : awaySide;
    return side.courier.deliver(packet, how);
  }

  /** Delivers everything that one transaction sent; returns the delivering transactions. */
  async function deliverAll(from: Chain, transaction: Hash): Promise<Hash[]> {
    const hashes: Hash[] = [];
    for (const packet of await packetsOf(from, transaction)) hashes.push(await deliver(packet));
    return hashes;
  }

  /** Freezes both chains; the returned function brings them back, as often as it is called. */
  async function snapshot(): Promise<() => Promise<void>> {
    const taken = [await home.helpers.takeSnapshot(), await away.helpers.takeSnapshot()];
    return async () => {
      for (const one of taken) await one.restore();
    };
  }
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/** The first verdict that an escrow off the coordinator's chain receives opens it: a trade that nobody made, timed out. */
async function provePath(world: World): Promise<void> {
  const { terms, id } = await buildTrade(world, {
    legs: [{ chain: world.away, token: world.side.away.cash, amount: 1n, from: 0, to: 1 }],
    accounts: [ROLES.seller, ROLES.buyer],
    changes: { depositDeadline: 1, settleDeadline: 1 },
  });
  await world.coordinator.write.timeout([terms]);
  const chainId = BigInt(world.away.chainId);
  const value = await world.coordinator.read.quoteDispatch([terms, chainId, false]);
  const hash = await world.coordinator.write.dispatch([terms, chainId], { value });
  await world.deliverAll(world.home, hash);
  const proven = await world.escrow.away.read.pathProven();
  if (!proven || (await world.escrow.away.read.verdictOf([id])) !== VERDICT.ROLLBACK) {
    throw new Error("The path between the chains of this world is not open.");
  }
}

async function openSide(chain: Chain, remoteEid: number): Promise<Side> {
  const layerZero = await deployLayerZero(chain, [remoteEid]);
  const wiring = wiringOf(layerZero, [remoteEid]);
  const bond = await chain.viem.deployContract("TestToken", ["Keystone Bond", "KBOND", 18]);
  const cash = await chain.viem.deployContract("TestToken", ["Test Dollar", "TUSDC", 6]);
  for (const role of [ROLES.seller, ROLES.buyer, ROLES.stranger]) {
    for (const token of [bond, cash]) {
      await token.write.mint([chain.address(role), INITIAL_BALANCE]);
    }
  }
  return { layerZero, wiring, courier: new Courier(chain, layerZero), bond: bond.address, cash: cash.address };
}
