import { parseQuantity } from "@keystoneos/protocol";
import type { AgreedLeg } from "../matching/pair-legs.ts";
import type { RepoTerms } from "./check-repo.ts";

/** What a repo's closing pays in base units of its one payment leg; null where that cannot be said exactly, or there is no such leg. */
export function repaymentUnits(repo: RepoTerms, legs: readonly AgreedLeg[]): bigint | null {
  const payment = legs.find(({ legType }) => legType === "payment");
  if (payment === undefined) return null;
  try {
    return parseQuantity(repo.repaymentAmount, payment.leg.decimals);
  } catch {
    return null;
  }
}
