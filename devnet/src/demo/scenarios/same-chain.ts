import { type Scenario, twoChains } from "../context.ts";
import type { Transfer } from "../trade.ts";
import { deliver } from "./delivery.ts";

export const sameChain: Scenario = {
  name: "same-chain",
  title: "a bond against cash on one chain",
  expected: "FINALIZED",
  run: (context) => {
    const { home } = twoChains(context.world);
    const transfers: Transfer[] = [
      { from: "seller", alias: "KBOND", chainId: home, quantity: "1000" },
      { from: "buyer", alias: "TUSDC", chainId: home, quantity: "985000.5" },
    ];
    return deliver(context, { spec: { template: "dvp-standard", transfers, timeoutSeconds: 600 } });
  },
};
