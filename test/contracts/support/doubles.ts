import { concat, type Hash, keccak256, toHex } from "viem";
import { forgePacket, type Packet, packetsOf } from "./packets.ts";
import { MESSAGE, type Trade } from "./terms.ts";
import { openWorld, type World } from "./world.ts";

/** How a double behaves when it is told something, or asked to go on. */
export const MODE = { OBEY: 0, REFUSE: 1, BURN_GAS: 2, HUGE_REVERT: 3, EMPTY_REVERT: 4, USE_GAS: 5 } as const;

/** A sealed world whose coordinator and escrows are doubles that misbehave on demand. */
export async function openDoubles(stage: "deployed" | "wired" | "sealed" = "sealed") {
  const children = ["CoordinatorDouble", "EscrowDouble", "ComplianceRegistry", "LayerZeroMessenger"];
  const world = await openWorld({ stage, children });
  return {
    world,
    coordinator: await world.home.viem.getContractAt("CoordinatorDouble", world.addresses.coordinator),
    escrow: {
      home: await world.home.viem.getContractAt("EscrowDouble", world.addresses.escrow),
      away: await world.away.viem.getContractAt("EscrowDouble", world.addresses.escrow),
    },
  };
}

export type Doubles = Awaited<ReturnType<typeof openDoubles>>;

/** A report on its way to the coordinator's chain. */
export async function sendReport(
  { world, escrow }: Doubles,
  trade: Trade,
  options: { kind?: number; carryTerms?: boolean; id?: `0x${string}` } = {},
): Promise<Packet> {
  const { kind = MESSAGE.LOCKED, carryTerms = false, id = trade.id } = options;
  const value = await world.messenger.away.read.quote([BigInt(world.home.chainId), kind, trade.terms, carryTerms]);
  return only(world, await escrow.away.write.sendReport([kind, id, trade.terms, carryTerms], { value }), "away");
}

/** A verdict on its way to the other chain. */
export async function sendVerdict(
  { world, coordinator }: Doubles,
  trade: Trade,
  verdict: number,
  options: { carryTerms?: boolean } = {},
): Promise<Packet> {
  const { carryTerms = false } = options;
  const chainId = BigInt(world.away.chainId);
  const value = await world.messenger.home.read.quote([chainId, MESSAGE.VERDICT, trade.terms, carryTerms]);
  const args = [chainId, trade.id, verdict, trade.terms, carryTerms] as const;
  return only(world, await coordinator.write.sendVerdict(args, { value }), "home");
}

/** The same packet with another message, under its own guid: what colluding verifiers could put on the path. */
export function withMessage(packet: Packet, message: `0x${string}`, nonce = packet.nonce): Packet {
  const forged = forgePacket(packet, { message, nonce });
  return { ...forged, guid: keccak256(concat([forged.header, toHex("forged")])) };
}

async function only(world: World, hash: Hash, side: "home" | "away"): Promise<Packet> {
  const [packet, ...others] = await packetsOf(world[side], hash);
  if (packet === undefined || others.length > 0) throw new Error("Not exactly one packet was sent.");
  return packet;
}
