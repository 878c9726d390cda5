import type { TransactionKind } from "@keystoneos/store";
import type { Facts, TransactionFacts } from "../facts/types.ts";
import { LONGEST_WAIT_SECONDS } from "./policy.ts";

/**
 * The subject under which a call may be made now, or null while it must wait: for one in flight, for the indexer to pass the block of one
 * that succeeded, or for its interval after one that succeeded without lasting effect or failed. A repeated call is `<subject>#<attempt>`.
 * An operator's retry ends the intervals of all calls made before it.
 */
export function nextAttempt(
  facts: Facts,
  call: { chainId: number; kind: TransactionKind; subject: string },
  now: Date,
  repeatSeconds: number,
): string | null {
  const same = facts.transactions.filter(
    (t) => t.chainId === call.chainId && t.kind === call.kind && t.subject.split("#")[0] === call.subject,
  );
  const retriedAt = facts.retry?.askedAt.getTime() ?? 0;
  const recent = (t: TransactionFacts) => t.createdAt.getTime() > retriedAt;
  const failed = same.filter((t) => t.status === "failed" && recent(t));
  if (failed.length > 0 && age(failed, now) < Math.min(2 ** failed.length, LONGEST_WAIT_SECONDS)) return null;

  const done = same.filter((t) => t.status !== "failed");
  if (done.length === 0) return call.subject;
  const head = facts.heads.get(call.chainId);
  // Without a block it is in flight.
  if (head === undefined || done.some((t) => t.blockNumber === null || t.blockNumber > head.number)) return null;
  const waits = done.some(recent);
  if (waits && age(done, now) < Math.min(repeatSeconds * 2 ** (done.length - 1), LONGEST_WAIT_SECONDS)) return null;
  return `${call.subject}#${Math.max(...done.map(numberOf)) + 1}`;
}

/** Not how many there are: a reorg may have had an earlier one fail, and names are not given twice. */
function numberOf({ subject }: TransactionFacts): number {
  return Number(subject.split("#")[1] ?? 1);
}

/** Seconds since the newest of them was stored. */
function age(transactions: readonly TransactionFacts[], now: Date): number {
  const newest = Math.max(...transactions.map((t) => t.createdAt.getTime()));
  return (now.getTime() - newest) / 1000;
}
