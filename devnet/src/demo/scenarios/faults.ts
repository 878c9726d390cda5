import { type Context, type Scenario, twoChains } from "../context.ts";
import { depositLegs } from "../deposit.ts";
import type { TradeSpec } from "../trade.ts";
import type { Outcome } from "../types.ts";
import { deliver } from "./delivery.ts";

export const faults: Scenario = {
  name: "faults",
  title: "messages are dropped, repeated and reordered; the relayer is killed midway",
  expected: "FINALIZED",
  run: async (context) => {
    const started = Promise.withResolvers<void>();
    // A second trade of other wallets goes the same way, because one message alone cannot be overtaken.
    const spare: Context = { ...context, wallets: context.spareWallets, tell: () => {}, remember: () => {} };
    const companion = deliver(spare, {
      spec: spec(context, "200"),
      deposits: async (settlement, terms) => {
        await started.promise;
        const sides = ["seller", "buyer"] as const;
        await Promise.all(sides.map((role) => depositLegs(spare, settlement, terms, role)));
      },
    });
    const main = disturbed(context, started.resolve);
    const [outcome, beside] = await Promise.all([main, companion]).finally(() => context.world.faults({}));
    outcome.problems.push(...beside.problems.map((problem) => `the trade beside it: ${problem}`));
    return outcome;
  },
};

function disturbed(context: Context, begun: () => void): Promise<Outcome> {
  const { world, tell } = context;
  return deliver(context, {
    spec: spec(context, "500"),
    deposits: async (settlement, terms) => {
      await context.calm;
      await world.faults({ drop: 1, duplicate: 2, reorder: true });
      tell("messages fail from now on");
      begun();
      await depositLegs(context, settlement, terms, "seller");
      await world.kill("relayer");
      tell("relayer killed");
      await depositLegs(context, settlement, terms, "buyer");
      await world.start("relayer");
      tell("relayer is back");
    },
  });
}

function spec({ world }: Context, quantity: string): TradeSpec {
  const { home, away } = twoChains(world);
  return {
    template: "dvp-cross-chain",
    transfers: [
      { from: "seller", alias: "KBOND", chainId: away, quantity },
      { from: "buyer", alias: "TUSDC", chainId: home, quantity: "497000" },
    ],
    timeoutSeconds: 600,
  };
}
