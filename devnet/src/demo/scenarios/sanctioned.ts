import { ApiError } from "@keystoneos/sdk";
import { compareBalances, readBalances, watch } from "../balances.ts";
import { type Scenario, twoChains } from "../context.ts";
import { readDepositInfo } from "../deposit.ts";
import { conclude } from "../outcome.ts";
import { agree, fund, reach, type Transfer } from "../trade.ts";

export const sanctioned: Scenario = {
  name: "sanctioned",
  title: "the counterparty's name is on the sanctions list",
  expected: "ROLLED_BACK",
  run: async (context) => {
    const { home, away } = twoChains(context.world);
    const transfers: Transfer[] = [
      { from: "seller", alias: "KBOND", chainId: home, quantity: "10" },
      { from: "buyer", alias: "TUSDC", chainId: away, quantity: "9900" },
    ];
    await fund(context, transfers);
    const watched = watch(context, transfers);
    const before = await readBalances(context, watched);
    const matched = await agree(context, {
      template: "dvp-cross-chain",
      transfers,
      timeoutSeconds: 600,
      buyerName: context.world.blockedName,
    });
    await reach(context, matched, ["FINALIZED", "ROLLED_BACK", "TIMED_OUT", "AWAITING_DEPOSITS"], 60_000);
    const refusal = await readDepositInfo(context, matched, "seller", 0).catch((error: unknown) => error);

    const { outcome, facts } = await conclude(context, matched, "ROLLED_BACK", () => "pending");
    if (!(refusal instanceof ApiError) || refusal.code !== "not_awaiting_deposits") {
      outcome.problems.push("deposit info was given for a settlement that was rolled back");
    }
    if (facts.transitions.at(-1)?.gate !== "COMPLIANCE_FAILED") {
      outcome.problems.push(`rolled back by ${facts.transitions.at(-1)?.gate}, not by COMPLIANCE_FAILED`);
    }
    if (facts.transitions.some(({ toState }) => toState === "AWAITING_DEPOSITS")) {
      outcome.problems.push("deposits were open for a moment");
    }
    const after = await readBalances(context, watched);
    outcome.problems.push(
      ...compareBalances(
        watched,
        before,
        after,
        watched.map(() => 0n),
      ),
    );
    return outcome;
  },
};
