import type { Finding } from "../provider.ts";
import type { Result, StatusTypes } from "./answers.ts";

const MOST_LISTS = 20;
const LONGEST_NAME = 100;

/**
 * What a case's matches amount to. A match that an analyst has resolved as positive fails the party, and one resolved as false counts for
 * nothing unless it has changed since and is to be reviewed; any other, of whatever strength, is for a person to look at.
 */
export function judge(results: readonly Result[], types: StatusTypes): Omit<Finding, "referenceId"> {
  const judged = results.map((result) => ({ result, status: statusOf(result, types) }));
  const counted = judged.filter(({ status }) => status !== "pass");
  const failed = counted.some(({ status }) => status === "fail");
  return {
    status: failed ? "fail" : counted.length > 0 ? "flagged" : "pass",
    riskScore: highest(counted.map(({ result }) => result.matchScore)),
    matchedLists: namesOf(counted.flatMap(({ result }) => result.categories ?? [])),
  };
}

function statusOf({ resolution, resultReview }: Result, types: StatusTypes): Finding["status"] {
  const type = types.get(resolution?.statusId ?? "");
  if (type === "POSITIVE") return "fail";
  return type === "FALSE" && resultReview?.reviewRequired !== true ? "pass" : "flagged";
}

function highest(scores: readonly (number | null | undefined)[]): number | null {
  const given = scores.filter((score) => typeof score === "number" && score >= 0 && score <= 100);
  return given.length === 0 ? null : Math.max(...(given as number[]));
}

function namesOf(categories: readonly string[]): string[] {
  const names = categories.map((name) => name.trim().slice(0, LONGEST_NAME)).filter((name) => name !== "");
  return [...new Set(names)].sort().slice(0, MOST_LISTS);
}
