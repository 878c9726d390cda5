import { encodeFunctionData, type Hash, slice } from "viem";
import { layerZeroArtifact } from "./artifacts.ts";
import { type Chain, ROLES } from "./chain.ts";
import { gasOf, type Packet, packetOf } from "./packets.ts";
import { deposit } from "./settle.ts";
import type { Trade } from "./terms.ts";
import type { World } from "./world.ts";

/** Puts messages of a trade on their way, paid for with or without the terms, and gives them as the endpoint published them. */
export function mailOf(world: World) {
  const { coordinator, escrow } = world;
  const awayId = BigInt(world.away.chainId);
  return {
    /** Deposits the one leg off the coordinator's chain, opens everybody's commitment, and so locks and reports. */
    async lock(trade: Trade, legIndex: number, carryTerms = true): Promise<Packet> {
      const value = await escrow.away.read.quoteLocked([trade.terms, carryTerms]);
      return packetOf(world.away, await deposit(world, trade, legIndex, { openings: trade.openings, value }));
    },
    async notifyLocked({ terms }: Trade, carryTerms = true): Promise<Packet> {
      const value = await escrow.away.read.quoteLocked([terms, carryTerms]);
      return packetOf(world.away, await escrow.away.write.notifyLocked([terms], { value }));
    },
    async dispatch({ terms }: Trade, carryTerms = true): Promise<Packet> {
      const value = await coordinator.read.quoteDispatch([terms, awayId, carryTerms]);
      return packetOf(world.home, await coordinator.write.dispatch([terms, awayId], { value }));
    },
    async notifyReleased({ terms }: Trade, carryTerms = true): Promise<Packet> {
      const value = await escrow.away.read.quoteReleased([terms, carryTerms]);
      return packetOf(world.away, await escrow.away.write.notifyReleased([terms], { value }));
    },
  };
}

/** The endpoint's call that delivers a packet. */
export function deliveryOf(packet: Packet): `0x${string}` {
  return encodeFunctionData({
    abi: layerZeroArtifact("EndpointV2").abi,
    functionName: "lzReceive",
    args: [
      { srcEid: packet.srcEid, sender: packet.sender, nonce: packet.nonce },
      slice(packet.receiver, 12),
      packet.guid,
      packet.message,
      "0x",
    ],
  });
}

/** Delivers a committed packet with exactly this much gas for the endpoint's call, as LayerZero's own executor does. */
export async function executeWithGas(
  chain: Chain,
  endpoint: `0x${string}`,
  packet: Packet,
  gas: bigint,
): Promise<Hash> {
  const executor = await chain.viem.deployContract("ExactExecutor");
  return executor.write.execute([endpoint, gas, deliveryOf(packet)], {
    account: chain.address(ROLES.executor),
    gas: 16_700_000n,
  });
}

/** Delivers a packet with what its sender paid for, and not a unit of gas more. */
export async function deliverAsPaid(world: World, packet: Packet): Promise<Hash> {
  const name = packet.dstEid === world.home.eid ? "home" : "away";
  const { courier, layerZero } = world.side[name];
  await courier.verifyAndCommit(packet);
  return executeWithGas(world[name], layerZero.endpoint, packet, gasOf(packet));
}
