import { type Scenario, twoChains } from "../context.ts";
import { depositLegs } from "../deposit.ts";
import type { Transfer } from "../trade.ts";
import { deliver } from "./delivery.ts";

export const faults: Scenario = {
  name: "faults",
  title: "messages are dropped, repeated and reordered; the relayer is killed midway",
  expected: "FINALIZED",
  run: (context) => {
    const { home, away } = twoChains(context.world);
    const transfers: Transfer[] = [
      { from: "seller", alias: "KBOND", chainId: away, quantity: "500" },
      { from: "buyer", alias: "TUSDC", chainId: home, quantity: "497000" },
    ];
    const { world, tell } = context;
    return deliver(context, {
      spec: { template: "dvp-cross-chain", transfers, timeoutSeconds: 600 },
      deposits: async (settlement, terms) => {
        await context.calm;
        await world.faults({ drop: 1, duplicate: 2, reorder: true });
        tell("messages fail from now on");
        await depositLegs(context, settlement, terms, "seller");
        await world.kill("relayer");
        tell("relayer killed");
        await depositLegs(context, settlement, terms, "buyer");
        await world.start("relayer");
        tell("relayer is back");
      },
    }).finally(() => world.faults({}));
  },
};
