/** What entering a state means. Entering EXECUTING writes EXECUTE, entering FAILED writes ROLLBACK. */
export const StateKind = { INITIAL: 0, ACTIVE: 1, DEPOSIT: 2, EXECUTING: 3, FINALIZED: 4, FAILED: 5 } as const;
export type StateKind = (typeof StateKind)[keyof typeof StateKind];

/** The condition under which an edge may be taken. Appended to, never reordered: the numbers are part of a ruleset's hash. */
export const Gate = {
  NONE: 0,
  COMPLIANCE_CLEARED: 1,
  COMPLIANCE_FAILED: 2,
  DEPOSITS_LOCKED: 3,
  RELEASED: 4,
  TIMEOUT: 5,
  MANUAL: 6,
  CONSENT: 7,
  PARENT_FINALIZED: 8,
} as const;
export type Gate = (typeof Gate)[keyof typeof Gate];
export type GateName = keyof typeof Gate;

/**
 * `name` is 1 to 32 printable ASCII characters, right-padded to bytes32 on chain; or, for a name that is no such text, its 32 bytes as
 * lower-case hex.
 */
export interface RulesetState {
  name: string;
  /** One of `StateKind`. */
  kind: number;
}

/** `from` and `to` are positions in `Ruleset.states`; `gate` is one of `Gate`. */
export interface RulesetEdge {
  from: number;
  to: number;
  gate: number;
}

/** A state machine as data: registered once at the coordinator, shared by all settlements. */
export interface Ruleset {
  states: readonly RulesetState[];
  edges: readonly RulesetEdge[];
}

/** Name of a gate number, e.g. "TIMEOUT"; undefined for a number that this version does not know. */
export function gateName(gate: number): GateName | undefined {
  return (Object.keys(Gate) as GateName[]).find((name) => Gate[name] === gate);
}
