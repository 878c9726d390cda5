import { Gate, type Ruleset, StateKind } from "./types.ts";

/** Positions of the standard ruleset's states. */
export const StandardState = {
  INSTRUCTED: 0,
  COMPLIANCE_CHECKING: 1,
  COMPLIANCE_CLEARED: 2,
  AWAITING_DEPOSITS: 3,
  EXECUTING_SWAP: 4,
  FINALIZED: 5,
  ROLLED_BACK: 6,
  TIMED_OUT: 7,
} as const;
export type StandardStateName = keyof typeof StandardState;

const S = StandardState;

/** The ruleset of every shipped template without a parent. Its order is its identity: a changed order is another ruleset. */
export const STANDARD_RULESET = {
  states: [
    { name: "INSTRUCTED", kind: StateKind.INITIAL },
    { name: "COMPLIANCE_CHECKING", kind: StateKind.ACTIVE },
    { name: "COMPLIANCE_CLEARED", kind: StateKind.ACTIVE },
    { name: "AWAITING_DEPOSITS", kind: StateKind.DEPOSIT },
    { name: "EXECUTING_SWAP", kind: StateKind.EXECUTING },
    { name: "FINALIZED", kind: StateKind.FINALIZED },
    { name: "ROLLED_BACK", kind: StateKind.FAILED },
    { name: "TIMED_OUT", kind: StateKind.FAILED },
  ],
  edges: [
    { from: S.INSTRUCTED, to: S.COMPLIANCE_CHECKING, gate: Gate.NONE },
    { from: S.COMPLIANCE_CHECKING, to: S.COMPLIANCE_CLEARED, gate: Gate.COMPLIANCE_CLEARED },
    { from: S.COMPLIANCE_CHECKING, to: S.ROLLED_BACK, gate: Gate.COMPLIANCE_FAILED },
    { from: S.COMPLIANCE_CLEARED, to: S.ROLLED_BACK, gate: Gate.COMPLIANCE_FAILED },
    { from: S.AWAITING_DEPOSITS, to: S.ROLLED_BACK, gate: Gate.COMPLIANCE_FAILED },
    { from: S.COMPLIANCE_CLEARED, to: S.AWAITING_DEPOSITS, gate: Gate.NONE },
    { from: S.AWAITING_DEPOSITS, to: S.EXECUTING_SWAP, gate: Gate.DEPOSITS_LOCKED },
    { from: S.EXECUTING_SWAP, to: S.FINALIZED, gate: Gate.RELEASED },
    { from: S.INSTRUCTED, to: S.TIMED_OUT, gate: Gate.TIMEOUT },
    { from: S.COMPLIANCE_CHECKING, to: S.TIMED_OUT, gate: Gate.TIMEOUT },
    { from: S.COMPLIANCE_CLEARED, to: S.TIMED_OUT, gate: Gate.TIMEOUT },
    { from: S.AWAITING_DEPOSITS, to: S.TIMED_OUT, gate: Gate.TIMEOUT },
    { from: S.INSTRUCTED, to: S.ROLLED_BACK, gate: Gate.MANUAL },
    { from: S.COMPLIANCE_CHECKING, to: S.ROLLED_BACK, gate: Gate.MANUAL },
    { from: S.COMPLIANCE_CLEARED, to: S.ROLLED_BACK, gate: Gate.MANUAL },
    { from: S.INSTRUCTED, to: S.ROLLED_BACK, gate: Gate.CONSENT },
    { from: S.COMPLIANCE_CHECKING, to: S.ROLLED_BACK, gate: Gate.CONSENT },
    { from: S.COMPLIANCE_CLEARED, to: S.ROLLED_BACK, gate: Gate.CONSENT },
    { from: S.AWAITING_DEPOSITS, to: S.ROLLED_BACK, gate: Gate.CONSENT },
  ],
} as const satisfies Ruleset;
