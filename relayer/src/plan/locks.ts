import type { Facts } from "../facts/types.ts";
import type { Action } from "./actions.ts";
import { nextAttempt } from "./attempt.ts";
import { planMessage } from "./messages.ts";
import type { Policy } from "./policy.ts";
import { allDeposited, allRevealed, escrowOf, legChains, timeOn, verdictOf } from "./terms.ts";

/** Locks that their escrow has not tried or could not complete, and locks that the coordinator has not heard of. */
export function planLocks(facts: Facts, now: Date, policy: Policy): Action[] {
  if (verdictOf(facts) !== "none") return [];
  return legChains(facts).flatMap((chainId): Action[] => {
    const escrow = escrowOf(facts, chainId);
    if (escrow.lockReported || escrow.verdict !== "none") return [];
    const call = { name: "notifyLocked" as const };
    if (escrow.locked && chainId !== facts.coordinatorChainId) {
      const report = { kind: "notify_locked" as const, chainId, subject: "", call };
      return planMessage(facts, { ...report, message: "LOCKED", target: facts.coordinatorChainId }, now, policy);
    }
    const ready =
      escrow.locked ||
      (allDeposited(facts, chainId) &&
        allRevealed(facts, chainId) &&
        timeOn(facts, chainId) < facts.terms.depositDeadline);
    if (!ready || !facts.heads.has(chainId)) return [];
    const subject = nextAttempt(facts, { chainId, kind: "notify_locked", subject: "" }, now, policy.repeatSeconds);
    return subject === null ? [] : [{ type: "send", chainId, kind: "notify_locked", subject, call }];
  });
}
