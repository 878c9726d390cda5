import { clearance, type GateInput, nextAdvance, Verdict } from "@keystoneos/protocol";
import type { Facts } from "../facts/types.ts";
import type { SendAction } from "./actions.ts";
import { nextAttempt } from "./attempt.ts";
import { wordToOpenWith } from "./compliance.ts";
import type { Policy } from "./policy.ts";
import { escrowOf, legChains, stateOf, timeOn, verdictOf } from "./terms.ts";

/** Creation, every step that holds by itself, and the timeout. */
export function planCoordinator(facts: Facts, now: Date, policy: Policy): SendAction[] {
  const chainId = facts.coordinatorChainId;
  const send = (kind: "create" | "advance" | "timeout", subject: string, call: SendAction["call"]): SendAction[] => {
    const attempt = nextAttempt(facts, { chainId, kind, subject }, now, policy.repeatSeconds);
    return attempt === null ? [] : [{ type: "send", chainId, kind, subject: attempt, call }];
  };
  if (!facts.heads.has(chainId)) return [];
  if (verdictOf(facts) === "none" && timeOn(facts, chainId) >= facts.terms.settleDeadline) {
    return send("timeout", "", { name: "timeout" });
  }
  if (verdictOf(facts) === "none" && !facts.coordinator?.created) {
    const word = wordToOpenWith(facts, policy);
    if (word === "awaited") return [];
    return send("create", "", word === null ? { name: "createSettlement" } : { name: "open", sequence: word.sequence });
  }
  return canAdvance(facts) ? send("advance", facts.coordinator?.state ?? "", { name: "advance" }) : [];
}

const VERDICTS = { none: Verdict.NONE, execute: Verdict.EXECUTE, rollback: Verdict.ROLLBACK } as const;

/** Whether `advance` would take an edge out of the present state. */
function canAdvance(facts: Facts): boolean {
  const input = gateInput(facts);
  return input !== null && nextAdvance(input) !== null;
}

/** What the gates out of the present state are judged by; null before creation. */
export function gateInput(facts: Facts): GateInput | null {
  const state = stateOf(facts);
  if (state === undefined) return null;
  const chainIds = legChains(facts);
  const now = timeOn(facts, facts.coordinatorChainId);
  const mask = (said: "lockReported" | "releaseReported") =>
    chainIds.reduce((bits, chainId, row) => (escrowOf(facts, chainId)[said] ? bits | (1 << row) : bits), 0);
  const { terms, ruleset } = facts;
  return {
    terms,
    ruleset,
    record: {
      created: true,
      state: ruleset.states.indexOf(state),
      kind: state.kind,
      verdict: VERDICTS[verdictOf(facts)],
      lockMask: mask("lockReported"),
      releaseMask: mask("releaseReported"),
    },
    clearance: clearance({ ...terms, validThrough: terms.settleDeadline, now, statements: facts.statements }),
    now,
    chainIds,
    parentKind: facts.parentKind,
  };
}
