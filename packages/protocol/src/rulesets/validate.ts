import { Gate, type Ruleset, type RulesetEdge, StateKind } from "./types.ts";

export const MAX_STATES = 16;
export const MAX_EDGES = 64;

/** Why a ruleset cannot be registered: `error` is the contract's error, `edge` or `state` the position at fault. */
export interface RulesetFault {
  error: RulesetError;
  message: string;
  state?: number;
  edge?: number;
}

export type RulesetError =
  | "Ruleset_Size"
  | "Ruleset_UnknownState"
  | "Ruleset_Kinds"
  | "Ruleset_Edge"
  | "Ruleset_ForwardEdges"
  | "Ruleset_Cyclic"
  | "Ruleset_NoTimeout"
  | "Ruleset_ComplianceSkipped";

/** Mirror of the check at registration: null when the coordinator would take the ruleset. */
export function validateRuleset(ruleset: Ruleset): RulesetFault | null {
  return sizes(ruleset) ?? kinds(ruleset) ?? edges(ruleset) ?? perState(ruleset) ?? paths(ruleset);
}

function sizes({ states, edges }: Ruleset): RulesetFault | null {
  if (states.length === 0 || states.length > MAX_STATES || edges.length > MAX_EDGES) {
    return { error: "Ruleset_Size", message: `1 to ${MAX_STATES} states and at most ${MAX_EDGES} edges` };
  }
  const edge = edges.findIndex(({ from, to }) => from >= states.length || to >= states.length);
  if (edge >= 0) return { error: "Ruleset_UnknownState", message: "the edge names a state that is not there", edge };
  return null;
}

function kinds({ states }: Ruleset): RulesetFault | null {
  if (states.filter(({ kind }) => kind === StateKind.INITIAL).length !== 1) {
    return { error: "Ruleset_Kinds", message: "there must be exactly one initial state" };
  }
  return null;
}

const FAILURE_GATES: readonly number[] = [Gate.TIMEOUT, Gate.COMPLIANCE_FAILED];
const DEPOSIT_EXITS: readonly number[] = [Gate.DEPOSITS_LOCKED, Gate.COMPLIANCE_FAILED, Gate.TIMEOUT];

function edges(ruleset: Ruleset): RulesetFault | null {
  for (const [edge, { from, to, gate }] of ruleset.edges.entries()) {
    const message = edgeFault(kindAt(ruleset, from), kindAt(ruleset, to), gate);
    if (message !== null) return { error: "Ruleset_Edge", message, edge };
  }
  return null;
}

function edgeFault(from: number, to: number, gate: number): string | null {
  if (from === StateKind.FINALIZED || from === StateKind.FAILED) return "a terminal state has no way out";
  if (to === StateKind.INITIAL) return "nothing leads back to the initial state";
  const locked = gate === Gate.DEPOSITS_LOCKED;
  if (locked !== (to === StateKind.EXECUTING) || (locked && from !== StateKind.DEPOSIT)) {
    return "executing is entered from the deposit state by DEPOSITS_LOCKED, and only so";
  }
  const released = gate === Gate.RELEASED;
  if (released !== (from === StateKind.EXECUTING) || released !== (to === StateKind.FINALIZED)) {
    return "executing is left by RELEASED into a finalized state, and only so";
  }
  const failing = FAILURE_GATES.includes(gate);
  if (failing && to !== StateKind.FAILED) return "TIMEOUT and COMPLIANCE_FAILED lead to a failed state";
  if (to === StateKind.FAILED && !failing && gate !== Gate.MANUAL) {
    return "a failed state is entered by TIMEOUT, COMPLIANCE_FAILED or MANUAL";
  }
  if (from === StateKind.DEPOSIT && !DEPOSIT_EXITS.includes(gate)) {
    return "the deposit state is left by DEPOSITS_LOCKED, COMPLIANCE_FAILED or TIMEOUT";
  }
  return null;
}

function perState(ruleset: Ruleset): RulesetFault | null {
  for (const [state, { kind }] of ruleset.states.entries()) {
    const exits = ruleset.edges.filter(({ from }) => from === state);
    const forward = exits.filter((edge) => isForward(ruleset, edge) && edge.gate !== Gate.MANUAL);
    if (forward.length > 1) return { error: "Ruleset_ForwardEdges", message: "more than one way forward", state };
    const before = kind === StateKind.INITIAL || kind === StateKind.ACTIVE || kind === StateKind.DEPOSIT;
    if (before && !exits.some(({ gate }) => gate === Gate.TIMEOUT)) {
      return { error: "Ruleset_NoTimeout", message: "a state before executing needs a TIMEOUT edge", state };
    }
  }
  return null;
}

function paths(ruleset: Ruleset): RulesetFault | null {
  if (hasCycle(ruleset)) return { error: "Ruleset_Cyclic", message: "the forward edges form a cycle" };
  const uncleared = reachable(ruleset, ({ gate }) => gate !== Gate.COMPLIANCE_CLEARED);
  const state = ruleset.states.findIndex(({ kind }, index) => kind === StateKind.DEPOSIT && uncleared.has(index));
  if (state >= 0) {
    return { error: "Ruleset_ComplianceSkipped", message: "a path to the deposit state passes compliance by", state };
  }
  return null;
}

function isForward(ruleset: Ruleset, edge: RulesetEdge): boolean {
  return kindAt(ruleset, edge.to) !== StateKind.FAILED;
}

function hasCycle(ruleset: Ruleset): boolean {
  const open = new Set(ruleset.states.keys());
  for (let shrunk = true; shrunk; ) {
    shrunk = false;
    for (const state of open) {
      const goesOn = ruleset.edges.some((edge) => edge.from === state && isForward(ruleset, edge) && open.has(edge.to));
      if (!goesOn) {
        open.delete(state);
        shrunk = true;
      }
    }
  }
  return open.size > 0;
}

/** States reachable from the initial one over edges that `allowed` lets pass. */
function reachable(ruleset: Ruleset, allowed: (edge: RulesetEdge) => boolean): Set<number> {
  const seen = new Set<number>([ruleset.states.findIndex(({ kind }) => kind === StateKind.INITIAL)]);
  for (const state of seen) {
    for (const edge of ruleset.edges) if (edge.from === state && allowed(edge)) seen.add(edge.to);
  }
  return seen;
}

function kindAt(ruleset: Ruleset, index: number): number {
  return ruleset.states[index]?.kind ?? -1;
}
