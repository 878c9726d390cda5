import { setTimeout as sleep } from "node:timers/promises";
import type { Settlement } from "../../devnet/src/demo/api-shapes.ts";
import { ESCROW_GAS } from "../../devnet/src/demo/chains.ts";
import { type Context, type Role, twoChains } from "../../devnet/src/demo/context.ts";
import { readDepositInfo } from "../../devnet/src/demo/deposit.ts";
import { agree, type TradeSpec } from "../../devnet/src/demo/trade.ts";
import type { Terminal } from "../../devnet/src/demo/types.ts";
import type { Kind, PlannedTrade } from "./plan.ts";

/** A settlement of a trade, and the ends that keep what its parties agreed to. */
export interface Played {
  kind: Kind;
  settlement: Settlement;
  /** What the platform said in the end; null when it never said so. */
  end: string | null;
  expected: readonly Terminal[];
  /** A settlement that nobody can open any more, and that ends by its own deadline, long after. */
  leaves?: string;
}

/** Beyond the longest that anything is meant to take. */
const PATIENCE_MS = 900_000;
/** Some are to end by it; a repo's is short, so that its maturity is near. */
const TIMEOUT_SECONDS: Record<Kind, number> = {
  same_chain: 1800,
  cross_chain: 1800,
  repo: 100,
  timeout: 60,
  rejection: 1800,
};
const LOOK_MS = 1_500;
const ENDS: readonly string[] = ["FINALIZED", "ROLLED_BACK", "TIMED_OUT"] satisfies Terminal[];

/** Plays a trade as its parties would who know nothing of what goes wrong and do what is theirs until it is done. */
export async function play(context: Context, { kind, quantity }: PlannedTrade): Promise<Played[]> {
  const settlement = await instructUntilMatched(context, specOf(context, kind, quantity));
  const both: Role[] = ["seller", "buyer"];
  switch (kind) {
    case "same_chain":
    case "cross_chain":
      return [{ kind, settlement, end: await drive(context, settlement, both), expected: ["FINALIZED"] }];
    case "timeout":
      return [{ kind, settlement, end: await drive(context, settlement, ["seller"]), expected: ["TIMED_OUT"] }];
    case "rejection":
      return [{ kind, settlement, end: await drive(context, settlement, both), expected: ["ROLLED_BACK"] }];
    case "repo": {
      const end = await drive(context, settlement, both);
      const closingId = settlement.repo_metadata?.closing_settlement_id as string;
      // Its deadline is short, so that its maturity is near: what stood still too long ends it, and leaves its way back void.
      if (end === "TIMED_OUT") return [{ kind, settlement, end, expected: ["TIMED_OUT"], leaves: closingId }];
      const closing = await read(context, closingId);
      const back = await drive(context, closing, both);
      return [
        { kind, settlement, end, expected: ["FINALIZED"] },
        { kind, settlement: closing, end: back, expected: ["FINALIZED"] },
      ];
    }
  }
}

function specOf(context: Context, kind: Kind, quantity: number): TradeSpec {
  const { home, away } = twoChains(context.world);
  const crosses = kind === "cross_chain" || kind === "timeout";
  const spec: TradeSpec = {
    template: crosses ? "dvp-cross-chain" : "dvp-standard",
    transfers: [
      { from: "seller", alias: "KBOND", chainId: crosses ? away : home, quantity: String(quantity) },
      { from: "buyer", alias: "TUSDC", chainId: home, quantity: String(quantity * 1000) },
    ],
    timeoutSeconds: TIMEOUT_SECONDS[kind],
  };
  if (kind === "rejection") spec.buyerName = context.world.blockedName;
  if (kind === "repo")
    spec.repo = { maturitySeconds: TIMEOUT_SECONDS.repo + 5, repaymentAmount: String(quantity * 1001) };
  return spec;
}

async function instructUntilMatched(context: Context, spec: TradeSpec): Promise<Settlement> {
  const giveUp = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await agree(context, spec);
    } catch (error) {
      // The platform was away for too long: what was instructed alone expires.
      if (performance.now() > giveUp) throw error;
    }
  }
}

/** Deposits what is to be deposited, again where a reorg took it back, until the platform says how it ended. */
async function drive(context: Context, settlement: Settlement, willing: readonly Role[]): Promise<string | null> {
  const giveUp = performance.now() + PATIENCE_MS;
  while (performance.now() < giveUp) {
    const now = await read(context, settlement.id).catch(() => null);
    // Before that a reorg may take the end back, and a deposit with it.
    if (now !== null && ENDS.includes(now.state) && now.on_chain?.finality === "finalized") return now.state;
    if (now?.state === "AWAITING_DEPOSITS") {
      for (const leg of now.legs) {
        const role = leg.party_role as Role;
        if (leg.status === "pending" && willing.includes(role)) {
          await deposit(context, now, role, leg.leg_index).catch(() => {});
        }
      }
    }
    await sleep(LOOK_MS);
  }
  return null;
}

function read(context: Context, id: string): Promise<Settlement> {
  return context.platforms.seller.get<Settlement>(`/settlements/${id}`);
}

/** Nobody waits for long: whether it came is seen at the next look. */
async function deposit(context: Context, settlement: Settlement, role: Role, legIndex: number): Promise<void> {
  const info = await readDepositInfo(context, settlement, role, legIndex);
  if (info.calldata === null) return;
  const { chain_id, escrow_address, calldata, value } = info;
  const from = context.wallets[role];
  const sent = context.chains.send(chain_id, {
    ...{ from, to: escrow_address, data: calldata },
    ...{ value: BigInt(value), gas: ESCROW_GAS },
  });
  await Promise.race([sent, sleep(8_000)]);
}
