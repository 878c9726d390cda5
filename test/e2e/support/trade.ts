import type { Context, Scenario } from "../../../devnet/src/demo/context.ts";
import { twoChains } from "../../../devnet/src/demo/context.ts";
import { depositLegs } from "../../../devnet/src/demo/deposit.ts";
import { type DemoResult, runDemo } from "../../../devnet/src/demo/run.ts";
import { deliver } from "../../../devnet/src/demo/scenarios/delivery.ts";
import { reach, type TradeSpec } from "../../../devnet/src/demo/trade.ts";
import type { World } from "./world.ts";

/** What a test does to the world in the middle of a trade. */
export interface Disturbance {
  /** Between the match and the deposits, while parties are screened. */
  afterMatch?: () => Promise<unknown>;
  /** The seller's leg is deposited, the buyer's is not. */
  betweenDeposits?: () => Promise<unknown>;
  /** Both are deposited: lock, verdict, delivery and reports are on their way. */
  afterDeposits?: () => Promise<unknown>;
}

/** A trade across both chains, cash on the coordinator's. */
export function crossChainSpec(world: World, timeoutSeconds = 600): TradeSpec {
  const { home, away } = twoChains(world);
  return {
    template: "dvp-cross-chain",
    transfers: [
      { from: "seller", alias: "KBOND", chainId: away, quantity: "12.5" },
      { from: "buyer", alias: "TUSDC", chainId: home, quantity: "12499.99" },
    ],
    timeoutSeconds,
  };
}

/** Plays one trade, disturbs it, and judges it like the demo does: end, legs, balances over RPC, nothing bought twice. */
export function disturbedTrade(world: World, name: string, disturbance: Disturbance): Promise<DemoResult> {
  const scenario: Scenario = {
    name,
    title: name,
    expected: "FINALIZED",
    run: (context: Context) =>
      deliver(context, {
        spec: crossChainSpec(world),
        afterMatch: disturbance.afterMatch,
        deposits: async (settlement, terms) => {
          await depositLegs(context, settlement, terms, "seller");
          await disturbance.betweenDeposits?.();
          // An indexer that was killed takes its newest blocks back and indexes them again: what it shows may be older for a moment.
          await reach(context, settlement, ["AWAITING_DEPOSITS"], 60_000);
          await depositLegs(context, settlement, terms, "buyer");
          await disturbance.afterDeposits?.();
        },
      }),
  };
  return runDemo(world, { scenarios: [scenario] });
}
