import { Gate, type Ruleset, StateKind } from "./types.ts";

/** Positions of the repo ruleset's states. */
export const RepoState = {
  AWAITING_MATURITY: 0,
  INSTRUCTED: 1,
  COMPLIANCE_CHECKING: 2,
  COMPLIANCE_CLEARED: 3,
  AWAITING_DEPOSITS: 4,
  EXECUTING_SWAP: 5,
  FINALIZED: 6,
  ROLLED_BACK: 7,
  TIMED_OUT: 8,
} as const;
export type RepoStateName = keyof typeof RepoState;

const S = RepoState;

/**
 * The ruleset of a repo's closing trade: fixed on chain beside the opening, it waits for the opening's end and for maturity, then runs as
 * the standard one does, but without an operator: nobody may undo the way back of what the opening has moved, and a veto counts when the
 * parties are screened again, not before. Its order is its identity: a changed order is another ruleset.
 */
export const REPO_RULESET = {
  states: [
    { name: "AWAITING_MATURITY", kind: StateKind.INITIAL },
    { name: "INSTRUCTED", kind: StateKind.ACTIVE },
    { name: "COMPLIANCE_CHECKING", kind: StateKind.ACTIVE },
    { name: "COMPLIANCE_CLEARED", kind: StateKind.ACTIVE },
    { name: "AWAITING_DEPOSITS", kind: StateKind.DEPOSIT },
    { name: "EXECUTING_SWAP", kind: StateKind.EXECUTING },
    { name: "FINALIZED", kind: StateKind.FINALIZED },
    { name: "ROLLED_BACK", kind: StateKind.FAILED },
    { name: "TIMED_OUT", kind: StateKind.FAILED },
  ],
  edges: [
    { from: S.AWAITING_MATURITY, to: S.INSTRUCTED, gate: Gate.PARENT_FINALIZED },
    { from: S.INSTRUCTED, to: S.COMPLIANCE_CHECKING, gate: Gate.NONE },
    { from: S.COMPLIANCE_CHECKING, to: S.COMPLIANCE_CLEARED, gate: Gate.COMPLIANCE_CLEARED },
    { from: S.COMPLIANCE_CHECKING, to: S.ROLLED_BACK, gate: Gate.COMPLIANCE_FAILED },
    { from: S.COMPLIANCE_CLEARED, to: S.ROLLED_BACK, gate: Gate.COMPLIANCE_FAILED },
    { from: S.AWAITING_DEPOSITS, to: S.ROLLED_BACK, gate: Gate.COMPLIANCE_FAILED },
    { from: S.COMPLIANCE_CLEARED, to: S.AWAITING_DEPOSITS, gate: Gate.NONE },
    { from: S.AWAITING_DEPOSITS, to: S.EXECUTING_SWAP, gate: Gate.DEPOSITS_LOCKED },
    { from: S.EXECUTING_SWAP, to: S.FINALIZED, gate: Gate.RELEASED },
    { from: S.AWAITING_MATURITY, to: S.TIMED_OUT, gate: Gate.TIMEOUT },
    { from: S.INSTRUCTED, to: S.TIMED_OUT, gate: Gate.TIMEOUT },
    { from: S.COMPLIANCE_CHECKING, to: S.TIMED_OUT, gate: Gate.TIMEOUT },
    { from: S.COMPLIANCE_CLEARED, to: S.TIMED_OUT, gate: Gate.TIMEOUT },
    { from: S.AWAITING_DEPOSITS, to: S.TIMED_OUT, gate: Gate.TIMEOUT },
    { from: S.AWAITING_MATURITY, to: S.ROLLED_BACK, gate: Gate.CONSENT },
    { from: S.INSTRUCTED, to: S.ROLLED_BACK, gate: Gate.CONSENT },
    { from: S.COMPLIANCE_CHECKING, to: S.ROLLED_BACK, gate: Gate.CONSENT },
    { from: S.COMPLIANCE_CLEARED, to: S.ROLLED_BACK, gate: Gate.CONSENT },
    { from: S.AWAITING_DEPOSITS, to: S.ROLLED_BACK, gate: Gate.CONSENT },
  ],
} as const satisfies Ruleset;
