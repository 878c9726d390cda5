import type { Facts } from "../facts/types.ts";
import type { Action, Call } from "./actions.ts";
import { nextAttempt } from "./attempt.ts";
import { planMessage } from "./messages.ts";
import type { Policy } from "./policy.ts";
import { escrowOf, legChains, legsOn, timeOn } from "./terms.ts";

/** Legs that are decided and still in the escrow, waived ones whatever the verdict, and the report that they have left it. */
export function planPayouts(facts: Facts, now: Date, policy: Policy): Action[] {
  return legChains(facts).flatMap((chainId): Action[] => {
    if (!facts.heads.has(chainId)) return [];
    const direction = directionOn(facts, chainId);
    const actions = planMoves(facts, chainId, direction, now, policy);
    if (direction === "release") actions.push(...planReport(facts, chainId, now, policy));
    return actions;
  });
}

/** Refunds follow from ROLLBACK, or without any message from a deposit deadline that passed before the lock. */
function directionOn(facts: Facts, chainId: number): "release" | "refund" | null {
  const escrow = escrowOf(facts, chainId);
  if (escrow.verdict === "execute") return "release";
  if (escrow.verdict === "rollback") return "refund";
  return !escrow.locked && timeOn(facts, chainId) >= facts.terms.depositDeadline ? "refund" : null;
}

function planMoves(
  facts: Facts,
  chainId: number,
  direction: "release" | "refund" | null,
  now: Date,
  policy: Policy,
): Action[] {
  const send = (kind: "release" | "refund" | "claim", subject: string, call: Call): Action[] => {
    const attempt = nextAttempt(facts, { chainId, kind, subject }, now, policy.repeatSeconds);
    return attempt === null ? [] : [{ type: "send", chainId, kind, subject: attempt, call }];
  };
  const here = legsOn(facts, chainId);
  const untried = here.filter((index) => facts.legs[index]?.status === "deposited");
  // A leg whose payment failed is tried alone, so that it cannot hold up another; a waived one needs no verdict.
  const alone = here.filter((index) => {
    const status = facts.legs[index]?.status;
    return status === "waived" || status === "claimable";
  });
  const actions = alone.flatMap((leg) => send("claim", String(leg), { name: "claim", leg }));
  if (direction !== null && untried.length > 0) {
    const subject = untried.join(",");
    const name = direction === "release" ? ("release" as const) : ("refundExpired" as const);
    actions.push(...send(direction, subject, { name }));
  }
  return actions;
}

/** RELEASED: every leg of this escrow is paid or waived, or was tried and is claimable. */
function planReport(facts: Facts, chainId: number, now: Date, policy: Policy): Action[] {
  const settled = legsOn(facts, chainId).every((index) => {
    const status = facts.legs[index]?.status;
    return status === "released" || status === "claimable" || status === "waived" || status === "returned";
  });
  if (!settled || escrowOf(facts, chainId).releaseReported) return [];
  const call = { name: "notifyReleased" as const };
  const report = { kind: "notify_released" as const, chainId, subject: "", call };
  if (chainId !== facts.coordinatorChainId) {
    return planMessage(facts, { ...report, message: "RELEASED", target: facts.coordinatorChainId }, now, policy);
  }
  const subject = nextAttempt(facts, report, now, policy.repeatSeconds);
  return subject === null ? [] : [{ type: "send", chainId, kind: "notify_released", subject, call }];
}
