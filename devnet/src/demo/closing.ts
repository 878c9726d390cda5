import { hashTerms, REPO_RULESET, rulesetId, type Terms, termsFromJson, ZERO_ADDRESS } from "@keystoneos/protocol";
import { isAddressEqual } from "viem";
import type { Settlement } from "./api-shapes.ts";
import type { Context } from "./context.ts";
import { until } from "./wait.ts";

/** Waits until the way back of a repo is on chain: before, nobody should deposit for the way there. */
export async function fixedClosing(context: Context, opening: Settlement): Promise<Settlement> {
  const id = opening.repo_metadata?.closing_settlement_id;
  if (id === undefined) throw new Error("the settlement has no closing");
  return until(
    () => "the closing of the repo on chain",
    60_000,
    async () => {
      const closing = await context.platforms.seller.get<Settlement>(`/settlements/${id}`);
      return closing.on_chain_state === null ? undefined : closing;
    },
  );
}

/**
 * Compares a repo's closing with its opening, as a lender does before it lends: every leg comes back to where it came from, the
 * repayment instead of the price, after the opening is final and not before maturity, and nobody can undo it.
 *
 * @throws Error naming the first difference.
 */
export function checkClosing(closing: Settlement, opening: Terms, repayment: bigint, maturity: number): Terms {
  const terms = termsFromJson(closing.terms);
  demand("settlement_hash", hashTerms(terms) === closing.settlement_hash);
  demand("coordinator", isAddressEqual(terms.coordinator, opening.coordinator) && terms.chainId === opening.chainId);
  demand("ruleset", terms.ruleset === rulesetId(REPO_RULESET));
  demand("operator", terms.operator === ZERO_ADDRESS);
  demand("attesters", terms.attesters.join() === opening.attesters.join() && terms.threshold === opening.threshold);
  demand("parent", terms.parent === hashTerms(opening));
  demand("notBefore", terms.notBefore === maturity);
  demand("legs", terms.legs.length === opening.legs.length);
  for (const leg of opening.legs) {
    const back = terms.legs.filter(
      (other) => other.from === leg.to && other.to === leg.from && other.token === leg.token,
    );
    // The buyer's wallet stands at the fourth position: what it gave is the price.
    const amount = leg.from === 3 ? repayment : leg.amount;
    demand(`the way back of ${leg.amount} of ${leg.token}`, back.length === 1 && back[0]?.amount === amount);
  }
  demand(
    "fees",
    terms.legs.every(({ fees }) => fees.length === 0),
  );
  return terms;
}

function demand(what: string, holds: boolean): void {
  if (!holds) throw new Error(`the closing is not the way back of the opening: ${what}`);
}
