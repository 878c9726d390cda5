import { type Hash, parseEther } from "viem";
import type { Chain } from "../contracts/support/chain.ts";
import { attest } from "../contracts/support/compliance.ts";
import { type Packet, packetsOf } from "../contracts/support/packets.ts";
import { deposit } from "../contracts/support/settle.ts";
import { STATE, type Trade } from "../contracts/support/terms.ts";
import { openingOf } from "../contracts/support/trades.ts";
import type { World } from "../contracts/support/world.ts";
import { fixedTrade, gasUsed, type Rows, sum } from "./row.ts";

/** More than any message costs; what is not needed comes back. */
const PLENTY = parseEther("0.1");

/** Bond on the coordinator's chain, cash on the other. Verifiers' transactions are LayerZero's and not counted. */
export async function twoChains(world: World): Promise<Rows> {
  return { ...(await byThemselves(world)), ...(await byBareMessages(world)) };
}

/** Messages carry the terms, so that each delivery goes on to what follows. */
async function byThemselves(world: World): Promise<Rows> {
  const restore = await world.snapshot();
  const { home, away } = world;
  const trade = await fixedTrade(world, "two chains", { cashOn: away });
  const { terms } = trade;
  const rows: Rows = {};
  const opening = [
    await gasUsed(home, world.coordinator.write.createSettlement([terms])),
    await gasUsed(home, attest(world, trade)),
    await gasUsed(home, world.coordinator.write.advance([terms])),
  ];
  rows["two chains: deposit and lock at home"] = await gasUsed(
    home,
    deposit(world, trade, 0, { openings: [openingOf(trade, 1)] }),
  );
  const locked = await deposit(world, trade, 1, { openings: [openingOf(trade, 0)], value: PLENTY });
  rows["two chains: deposit, lock and LOCKED sent"] = await gasUsed(away, locked);
  rows["two chains: LOCKED delivered, verdict, payout at home"] = await gasUsed(
    home,
    world.deliver(await onlyPacket(away, locked)),
  );
  const dispatched = await world.coordinator.write.dispatch([terms, BigInt(away.chainId)], { value: PLENTY });
  rows["two chains: VERDICT sent"] = await gasUsed(home, dispatched);
  rows["two chains: VERDICT delivered, payout"] = await gasUsed(
    away,
    world.deliver(await onlyPacket(home, dispatched)),
  );
  const notified = await world.escrow.away.write.notifyReleased([terms], { value: PLENTY });
  rows["two chains: RELEASED sent"] = await gasUsed(away, notified);
  rows["two chains: RELEASED delivered, finalized"] = await gasUsed(
    home,
    world.deliver(await onlyPacket(away, notified)),
  );
  if ((await world.coordinator.read.stateOf([trade.id])).state !== STATE.FINALIZED) {
    throw new Error("The trade measured is not finalized");
  }
  rows["two chains: lifecycle, ten transactions"] = sum(...opening, ...Object.values(rows));
  await restore();
  return rows;
}

/** Messages without terms: each delivery only records. */
async function byBareMessages(world: World): Promise<Rows> {
  const restore = await world.snapshot();
  const { home, away } = world;
  const trade = await fixedTrade(world, "bare messages", { cashOn: away });
  const { terms } = trade;
  await world.coordinator.write.createSettlement([terms]);
  await attest(world, trade);
  await world.coordinator.write.advance([terms]);
  await deposit(world, trade, 0, { openings: [openingOf(trade, 1)] });
  const rows: Rows = {};
  rows["LOCKED delivered, recorded only: first message of its path"] = await bareLocked(world, trade);
  await world.coordinator.write.advance([terms]);
  const value = await world.coordinator.read.quoteDispatch([terms, BigInt(away.chainId), false]);
  const dispatched = await world.coordinator.write.dispatch([terms, BigInt(away.chainId)], { value });
  rows["VERDICT delivered, recorded only"] = await gasUsed(away, world.deliver(await onlyPacket(home, dispatched)));
  rows["release of one leg"] = await gasUsed(away, world.escrow.away.write.release([terms]));
  const waiting = await fixedTrade(world, "waits for another lock", { cashOn: away });
  await world.coordinator.write.createSettlement([waiting.terms]);
  rows["LOCKED delivered, recorded only"] = await bareLocked(world, waiting);
  const unknown = await fixedTrade(world, "not created", { cashOn: away });
  rows["LOCKED delivered, recorded only: settlement not created"] = await bareLocked(world, unknown);
  await restore();
  return rows;
}

/** Gas of the delivery of LOCKED without terms, from the escrow of the cash. */
async function bareLocked(world: World, trade: Trade): Promise<number> {
  const value = await world.escrow.away.read.quoteLocked([trade.terms, false]);
  const locked = await deposit(world, trade, 1, { openings: [openingOf(trade, 0)], value });
  const gas = await gasUsed(world.home, world.deliver(await onlyPacket(world.away, locked)));
  if (!(await world.coordinator.read.isLocked([trade.id, BigInt(world.away.chainId)]))) {
    throw new Error("The lock measured is not recorded");
  }
  return gas;
}

async function onlyPacket(chain: Chain, hash: Hash): Promise<Packet> {
  const [packet, ...others] = await packetsOf(chain, hash);
  if (packet === undefined || others.length > 0) throw new Error("Not exactly one message was sent");
  return packet;
}
