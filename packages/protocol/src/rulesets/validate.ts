import { Gate, type Ruleset, type RulesetEdge, StateKind } from "./types.ts";

export const MAX_STATES = 16;
export const MAX_EDGES = 64;

/** Why a ruleset cannot be registered: the contract's custom error with the arguments as viem decodes them. */
export interface RulesetFault {
  error: RulesetError;
  args: readonly bigint[];
  message: string;
}

export type RulesetError =
  | "Ruleset_Size"
  | "Ruleset_StateName"
  | "Ruleset_Kinds"
  | "Ruleset_UnknownState"
  | "Ruleset_Edge"
  | "Ruleset_RepeatedEdge"
  | "Ruleset_ForwardEdges"
  | "Ruleset_NoRelease"
  | "Ruleset_NoTimeout"
  | "Ruleset_Cyclic"
  | "Ruleset_Unreachable"
  | "Ruleset_ComplianceSkipped"
  | "Ruleset_ParentSkipped";

/** Mirror of `RulesetLib.validate`: the first fault in the contract's order, or null when the coordinator would take the ruleset. */
export function validateRuleset(ruleset: Ruleset): RulesetFault | null {
  return (
    checkSize(ruleset) ?? checkStates(ruleset) ?? checkEdges(ruleset) ?? checkExits(ruleset) ?? checkPaths(ruleset)
  );
}

function checkSize({ states, edges }: Ruleset): RulesetFault | null {
  const fits = (count: number, most: number) => count >= 1 && count <= most;
  if (fits(states.length, MAX_STATES) && fits(edges.length, MAX_EDGES)) return null;
  const args = [BigInt(states.length), BigInt(edges.length)];
  return { error: "Ruleset_Size", args, message: `1 to ${MAX_STATES} states and 1 to ${MAX_EDGES} edges` };
}

const NO_NAME = `0x${"0".repeat(64)}`;

function checkStates({ states }: Ruleset): RulesetFault | null {
  const unnamed = states.findIndex(
    ({ name }, index) => name === "" || name === NO_NAME || states.findIndex((other) => other.name === name) < index,
  );
  if (unnamed >= 0) return fault("Ruleset_StateName", unnamed, "the state has no name, or that of an earlier one");
  const initial = states.filter(({ kind }) => kind === StateKind.INITIAL).length;
  return initial === 1 ? null : fault("Ruleset_Kinds", initial, "there must be exactly one initial state");
}

function checkEdges(ruleset: Ruleset): RulesetFault | null {
  for (const [index, edge] of ruleset.edges.entries()) {
    const from = ruleset.states[edge.from];
    const to = ruleset.states[edge.to];
    if (from === undefined || to === undefined) {
      return fault("Ruleset_UnknownState", index, "the edge names a state that is not there");
    }
    if (!isAllowed(from.kind, to.kind, edge.gate)) {
      return fault("Ruleset_Edge", index, "no edge with this gate may join states of these kinds");
    }
    if (ruleset.edges.slice(0, index).some((other) => repeats(other, edge))) {
      return fault("Ruleset_RepeatedEdge", index, "an earlier edge leaves the same state by the same gate");
    }
  }
  return null;
}

function repeats(other: RulesetEdge, edge: RulesetEdge): boolean {
  if (other.from !== edge.from || other.gate !== edge.gate) return false;
  return edge.gate !== Gate.MANUAL || other.to === edge.to;
}

/**
 * Executing is entered from Deposit by DEPOSITS_LOCKED and left by RELEASED into Finalized, and nothing else does either. Failed is
 * entered by TIMEOUT, COMPLIANCE_FAILED and CONSENT, which lead nowhere else, and by MANUAL, which ends with the deposit state.
 */
function isAllowed(from: number, to: number, gate: number): boolean {
  const early = from === StateKind.INITIAL || from === StateKind.ACTIVE;
  const onward = to === StateKind.ACTIVE || to === StateKind.DEPOSIT;
  switch (gate) {
    case Gate.NONE:
    case Gate.COMPLIANCE_CLEARED:
    case Gate.PARENT_FINALIZED:
      return early && onward;
    case Gate.MANUAL:
      return early && (onward || to === StateKind.FAILED);
    case Gate.TIMEOUT:
    case Gate.COMPLIANCE_FAILED:
    case Gate.CONSENT:
      return (early || from === StateKind.DEPOSIT) && to === StateKind.FAILED;
    case Gate.DEPOSITS_LOCKED:
      return from === StateKind.DEPOSIT && to === StateKind.EXECUTING;
    case Gate.RELEASED:
      return from === StateKind.EXECUTING && to === StateKind.FINALIZED;
    default:
      return false;
  }
}

/** Gates whose edges do not lead forward. */
const SIDEWAYS: readonly number[] = [Gate.TIMEOUT, Gate.MANUAL, Gate.COMPLIANCE_FAILED, Gate.CONSENT];

function checkExits(ruleset: Ruleset): RulesetFault | null {
  for (const [state, { kind }] of ruleset.states.entries()) {
    const exits = ruleset.edges.filter(({ from }) => from === state);
    const forward = exits.filter(({ gate }) => !SIDEWAYS.includes(gate)).length;
    if (forward > 1) return fault("Ruleset_ForwardEdges", state, "more than one way forward");
    if (kind === StateKind.EXECUTING) {
      if (forward === 0) return fault("Ruleset_NoRelease", state, "an executing state needs a RELEASED edge");
    } else if (kind !== StateKind.FINALIZED && kind !== StateKind.FAILED) {
      const timed = exits.some(({ gate }) => gate === Gate.TIMEOUT);
      if (!timed) return fault("Ruleset_NoTimeout", state, "a state before executing needs a TIMEOUT edge");
    }
  }
  return null;
}

function checkPaths(ruleset: Ruleset): RulesetFault | null {
  const { states, edges } = ruleset;
  const cyclic = firstOnCycle(ruleset);
  if (cyclic !== null) return fault("Ruleset_Cyclic", cyclic, "the state lies on a cycle or leads into one");
  const reached = reach(ruleset, edges);
  const lost = states.findIndex((_, state) => !reached.has(state));
  if (lost >= 0) return fault("Ruleset_Unreachable", lost, "no path leads here");
  const uncleared = depositPast(ruleset, Gate.COMPLIANCE_CLEARED);
  if (uncleared !== null) {
    return fault("Ruleset_ComplianceSkipped", uncleared, "a path to this deposit state passes compliance by");
  }
  if (!needsParent(ruleset)) return null;
  const early = depositPast(ruleset, Gate.PARENT_FINALIZED);
  return early === null
    ? null
    : fault("Ruleset_ParentSkipped", early, "a path to this deposit state passes the parent by");
}

/** Whether terms under this ruleset must name a parent; under any other they must not. */
export function needsParent({ edges }: Ruleset): boolean {
  return edges.some(({ gate }) => gate === Gate.PARENT_FINALIZED);
}

/** The first deposit state with a path to it that no edge of the gate lies on. An operator's MANUAL edges are paths too. */
function depositPast(ruleset: Ruleset, passed: Gate): number | null {
  const reached = reach(
    ruleset,
    ruleset.edges.filter(({ gate }) => gate !== passed),
  );
  const state = ruleset.states.findIndex(({ kind }, index) => kind === StateKind.DEPOSIT && reached.has(index));
  return state < 0 ? null : state;
}

/** Takes away states that lead to none of those left, until none is left or none can be taken. */
function firstOnCycle({ states, edges }: Ruleset): number | null {
  const left = new Set(states.keys());
  for (let before = -1; left.size !== before; ) {
    before = left.size;
    for (const state of left) {
      if (!edges.some(({ from, to }) => from === state && left.has(to))) left.delete(state);
    }
  }
  return left.size === 0 ? null : Math.min(...left);
}

/** States that the edges lead to from the initial one, itself included. */
function reach({ states }: Ruleset, edges: readonly RulesetEdge[]): Set<number> {
  const reached = new Set([states.findIndex(({ kind }) => kind === StateKind.INITIAL)]);
  for (const state of reached) {
    for (const { from, to } of edges) if (from === state) reached.add(to);
  }
  return reached;
}

function fault(error: RulesetError, position: number, message: string): RulesetFault {
  return { error, args: [BigInt(position)], message };
}
