import type { Watched } from "../balances.ts";
import { instrument, type Scenario, twoChains } from "../context.ts";
import type { Transfer } from "../trade.ts";
import { deliver } from "./delivery.ts";

const FEE_BPS = 25n;

export const brokered: Scenario = {
  name: "brokered",
  title: "bonds on two chains against one payment, with a broker's fee",
  expected: "FINALIZED",
  run: (context) => {
    const { home, away } = twoChains(context.world);
    const transfers: Transfer[] = [
      { from: "seller", alias: "KBOND", chainId: home, quantity: "100" },
      { from: "seller", alias: "KBOND", chainId: away, quantity: "50" },
      { from: "buyer", alias: "TUSDC", chainId: home, quantity: "148123.456789" },
    ];
    const recipient = context.world.deployment.templates.fee_recipients[String(home)];
    if (recipient === undefined) throw new Error(`the deployment names no fee recipient on chain ${home}`);
    const broker: Watched = {
      chainId: home,
      alias: "TUSDC",
      token: instrument(context.world, "TUSDC", home).token_address,
      holder: recipient,
      who: "the broker",
    };
    return deliver(context, {
      spec: { template: "dvp-brokered", transfers, timeoutSeconds: 600 },
      alsoWatch: [broker],
      // The seller pays, so the fee comes out of what it receives; rounded down to base units.
      feeOf: ({ alias }, amount) => (alias === "TUSDC" ? { recipient, fee: (amount * FEE_BPS) / 10_000n } : undefined),
    });
  },
};
