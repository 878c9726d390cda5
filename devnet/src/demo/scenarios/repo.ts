import { parseQuantity, termsFromJson } from "@keystoneos/protocol";
import type { Settlement } from "../api-shapes.ts";
import { compareBalances, expectedChanges, readBalances, watch } from "../balances.ts";
import { checkClosing, fixedClosing } from "../closing.ts";
import { instrument, type Scenario, twoChains } from "../context.ts";
import { depositLegs } from "../deposit.ts";
import { conclude } from "../outcome.ts";
import { fund, reach, type TradeSpec, type Transfer } from "../trade.ts";
import { deliver } from "./delivery.ts";

/** Long enough to settle the way there on a busy machine; short enough to watch. */
const TIMEOUT_SECONDS = 45;
const MATURITY_SECONDS = 47;
const PRICE = "390000";
const REPAYMENT = "390321.5";

export const repo: Scenario = {
  name: "repo",
  title: "a bond for cash until its maturity, and back for cash and interest",
  expected: "FINALIZED",
  run: async (context) => {
    const { home } = twoChains(context.world);
    const bond: Transfer = { from: "seller", alias: "KBOND", chainId: home, quantity: "400" };
    const spec: TradeSpec = {
      template: "dvp-standard",
      transfers: [bond, { from: "buyer", alias: "TUSDC", chainId: home, quantity: PRICE }],
      timeoutSeconds: TIMEOUT_SECONDS,
      repo: { maturitySeconds: MATURITY_SECONDS, repaymentAmount: REPAYMENT },
    };
    const matched = Promise.withResolvers<Settlement>();
    const there = await deliver(context, {
      spec,
      afterMatch: async (settlement) => {
        matched.resolve(settlement);
        await fixedClosing(context, settlement);
      },
    });
    context.quiet();
    const problems = there.problems.map((problem) => `the way there: ${problem}`);

    const opening = await matched.promise;
    const closing = await fixedClosing(context, opening);
    const { decimals } = instrument(context.world, "TUSDC", home);
    const terms = checkClosing(
      closing,
      termsFromJson(opening.terms),
      parseQuantity(REPAYMENT, decimals),
      Date.parse(closing.maturity_at ?? "") / 1_000,
    );
    const interest = { from: "seller", alias: "TUSDC", chainId: home, quantity: "321.5" } as const;
    await fund(context, [interest]);
    const back: Transfer[] = [
      { ...bond, from: "buyer" },
      { from: "seller", alias: "TUSDC", chainId: home, quantity: REPAYMENT },
    ];
    const watched = watch(context, back);
    const before = await readBalances(context, watched);
    if (closing.state !== "AWAITING_MATURITY") problems.push(`the closing was in ${closing.state} before maturity`);
    const matured = await reach(context, closing, ["AWAITING_DEPOSITS"], (MATURITY_SECONDS + 60) * 1_000);
    await Promise.all([depositLegs(context, matured, terms, "buyer"), depositLegs(context, matured, terms, "seller")]);
    await reach(context, matured, ["FINALIZED", "ROLLED_BACK", "TIMED_OUT"], 90_000);
    const { outcome, facts } = await conclude(context, matured, "FINALIZED", () => "released");
    if (facts.transitions[1]?.gate !== "PARENT_FINALIZED") {
      problems.push(`the closing was opened by ${facts.transitions[1]?.gate}, not by PARENT_FINALIZED`);
    }
    const after = await readBalances(context, watched);
    problems.push(...compareBalances(watched, before, after, expectedChanges(context, watched, back)));
    const shown = await context.platforms.buyer.get<Settlement>(`/settlements/${opening.id}`);
    if (shown.repo_metadata?.closing_status !== "finalized") {
      problems.push(`the opening says that its closing is ${shown.repo_metadata?.closing_status}`);
    }
    return { ...outcome, problems: [...outcome.problems, ...problems] };
  },
};
