import { type Scenario, twoChains } from "../context.ts";
import type { TradeSpec } from "../trade.ts";
import { deliver } from "./delivery.ts";

export const crossChain: Scenario = {
  name: "cross-chain",
  title: "a bond on one chain against cash on the other",
  expected: "FINALIZED",
  run: (context) => {
    const { home, away } = twoChains(context.world);
    // The seller names only what it delivers, as small integrations do, and accepts the rest by the settlement's hash.
    const spec: TradeSpec = {
      template: "cross_platform_dvp",
      transfers: [
        { from: "seller", alias: "BOND-2026-A", chainId: home, quantity: "250" },
        { from: "buyer", alias: "TUSDC", chainId: away, quantity: "247500" },
      ],
      timeoutSeconds: 600,
      open: "seller",
    };
    return deliver(context, { spec });
  },
};
