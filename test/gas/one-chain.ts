import { attest } from "../contracts/support/compliance.ts";
import { consentsOf } from "../contracts/support/consents.ts";
import { deposit, open } from "../contracts/support/settle.ts";
import { STATE, VERDICT } from "../contracts/support/terms.ts";
import { openingOf, until } from "../contracts/support/trades.ts";
import type { World } from "../contracts/support/world.ts";
import { expectState, fillEscrow, fixedTrade, gasUsed, type Rows, sum } from "./row.ts";

/** Two ERC-20 legs on the coordinator's chain. Each depositor approves exactly; approvals are not counted. */
export async function oneChain(world: World): Promise<Rows> {
  return { ...(await lifecycle(world)), ...(await waysBack(world)) };
}

async function lifecycle(world: World): Promise<Rows> {
  const restore = await world.snapshot();
  const rows: Rows = {};
  const { home } = world;
  const trade = await fixedTrade(world, "one chain");
  rows["create"] = await gasUsed(home, world.coordinator.write.createSettlement([trade.terms]));
  rows["attest by signature"] = await gasUsed(home, attest(world, trade));
  rows["advance to deposits"] = await gasUsed(home, world.coordinator.write.advance([trade.terms]));
  await fillEscrow(world, trade);
  rows["first deposit"] = await gasUsed(home, deposit(world, trade, 0));
  rows["last deposit, verdict, both payouts"] = await gasUsed(home, deposit(world, trade, 1));
  await expectState(world, trade, STATE.FINALIZED);
  rows["lifecycle, five transactions"] = sum(...Object.values(rows));
  await restore();

  const fresh = await fixedTrade(world, "fresh token");
  await open(world, fresh);
  rows["first deposit of a token that the escrow does not hold"] = await gasUsed(home, deposit(world, fresh, 0));
  await restore();
  return rows;
}

async function waysBack(world: World): Promise<Rows> {
  const restore = await world.snapshot();
  const rows: Rows = {};
  const trade = await fixedTrade(world, "way back");
  await open(world, trade);
  await fillEscrow(world, trade);
  await deposit(world, trade, 0);
  await until(world.home, trade.terms.depositDeadline);
  const again = await world.snapshot();
  rows["refund of one leg by refundExpired"] = await gasUsed(
    world.home,
    world.escrow.home.write.refundExpired([trade.terms]),
  );
  await again();
  rows["refund of one leg by claim"] = await gasUsed(world.home, world.escrow.home.write.claim([trade.terms, 0n]));
  await until(world.home, trade.terms.settleDeadline);
  rows["timeout"] = await gasUsed(world.home, world.coordinator.write.timeout([trade.terms]));
  await expectState(world, trade, STATE.TIMED_OUT);
  await restore();

  const consented = await fixedTrade(world, "consented");
  await open(world, consented);
  const consents = await consentsOf(world.home, consented, consented.terms.settleDeadline);
  rows["cancel by two consents"] = await gasUsed(
    world.home,
    world.coordinator.write.cancel([consented.terms, consents]),
  );
  if ((await world.coordinator.read.verdictOf([consented.id])) !== VERDICT.ROLLBACK) {
    throw new Error("The trade measured is not cancelled");
  }
  await restore();
  return { ...rows, ...(await waived(world)) };
}

/** A locked leg given back by its recipient, while the other escrow has not locked. */
async function waived(world: World): Promise<Rows> {
  const restore = await world.snapshot();
  const rows: Rows = {};
  const trade = await fixedTrade(world, "waived", { cashOn: world.away });
  await open(world, trade);
  const { wallet: recipient } = openingOf(trade, 1);
  await deposit(world, trade, 0, { openings: [openingOf(trade, 1)] });
  rows["waive"] = await gasUsed(world.home, world.escrow.home.write.waive([trade.terms, 0n], { account: recipient }));
  rows["return of a waived leg by claim"] = await gasUsed(world.home, world.escrow.home.write.claim([trade.terms, 0n]));
  await restore();
  return rows;
}
