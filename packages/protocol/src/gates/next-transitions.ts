import type { Address } from "viem";
import { Gate, type Ruleset, type RulesetEdge, StateKind } from "../rulesets/types.ts";
import { ZERO_ADDRESS } from "../terms/bounds.ts";
import type { Terms } from "../terms/types.ts";
import { Clearance } from "./clearance.ts";

/** What the coordinator stores of a settlement: its `stateOf`. Masks have one bit per chain row. */
export interface CoordinatorRecord {
  created: boolean;
  /** Position in the ruleset's states. */
  state: number;
  /** Of `StateKind`. */
  kind: number;
  /** Of `Verdict`. */
  verdict: number;
  lockMask: number;
  releaseMask: number;
}

export interface GateInput {
  terms: Terms;
  ruleset: Ruleset;
  record: CoordinatorRecord;
  /** The registry's judgement at `now`, see `clearance`. */
  clearance: Clearance;
  /** Unix seconds of the block. */
  now: number;
  /** Chain ids in row order, as in the deployment. */
  chainIds: readonly (number | bigint)[];
  /** Kind of the state that `terms.parent` is in at the same coordinator; only PARENT_FINALIZED asks. */
  parentKind?: number | undefined;
  /** Who would send the transaction; only MANUAL asks. */
  caller?: Address | undefined;
}

/** An edge out of the present state, and whether its gate holds. */
export interface NextTransition {
  /** Position of the state it leads to. */
  target: number;
  /** Of `Gate`. */
  gate: number;
  satisfied: boolean;
}

/**
 * Pure mirror of the coordinator's `nextTransitions`: all edges out of the present state, TIMEOUT first, then COMPLIANCE_FAILED, the
 * forward one, CONSENT, and MANUAL ones by target. Before creation none, where the contract reverts. CONSENT never counts as satisfied:
 * whether it holds is in signatures that only `cancel` is shown.
 */
export function nextTransitions(input: GateInput): NextTransition[] {
  const { ruleset, record } = input;
  if (!record.created) return [];
  return ruleset.edges
    .filter(({ from }) => from === record.state)
    .toSorted((left, right) => rank(left.gate) - rank(right.gate) || left.to - right.to)
    .map(({ to, gate }) => ({ target: to, gate, satisfied: gateHolds(input, gate) }));
}

/** The edge that `advance` would take next: TIMEOUT first, else COMPLIANCE_FAILED, else the one forward edge, never CONSENT or MANUAL. */
export function nextAdvance(input: GateInput): NextTransition | null {
  return nextTransitions(input).find(({ satisfied, gate }) => satisfied && gate !== Gate.MANUAL) ?? null;
}

/** Positions of the gates that come before or after the forward one. */
const RANKS = new Map<number, number>([
  [Gate.TIMEOUT, -2],
  [Gate.COMPLIANCE_FAILED, -1],
  [Gate.CONSENT, 1],
  [Gate.MANUAL, 2],
]);

function rank(gate: number): number {
  return RANKS.get(gate) ?? 0;
}

/** Whether the gate of an edge out of the present state holds now. CONSENT, and a gate number that is not known, never do. */
export function gateHolds(input: GateInput, gate: RulesetEdge["gate"]): boolean {
  const { terms, record, clearance, now, chainIds, parentKind, caller } = input;
  switch (gate) {
    case Gate.NONE:
      return true;
    case Gate.COMPLIANCE_CLEARED:
      return clearance === Clearance.CLEARED;
    case Gate.COMPLIANCE_FAILED:
      return clearance === Clearance.FAILED;
    case Gate.DEPOSITS_LOCKED:
      return clearance === Clearance.CLEARED && now < terms.settleDeadline && covers(record.lockMask, terms, chainIds);
    case Gate.RELEASED:
      return covers(record.releaseMask, terms, chainIds);
    case Gate.TIMEOUT:
      return now >= terms.settleDeadline;
    case Gate.PARENT_FINALIZED:
      return parentKind === StateKind.FINALIZED && now >= terms.notBefore;
    case Gate.MANUAL:
      return caller !== undefined && caller !== ZERO_ADDRESS && caller.toLowerCase() === terms.operator.toLowerCase();
    default:
      return false;
  }
}

/**
 * The rows on which the terms have a leg, one bit each. A leg on a chain without a row has no bit: such terms are malformed and
 * nothing covers them.
 */
export function chainMask(terms: Pick<Terms, "legs">, chainIds: readonly (number | bigint)[]): number | null {
  let mask = 0;
  for (const leg of terms.legs) {
    const row = chainIds.findIndex((chainId) => BigInt(chainId) === leg.chainId);
    if (row < 0) return null;
    mask |= 1 << row;
  }
  return mask;
}

function covers(reported: number, terms: Terms, chainIds: readonly (number | bigint)[]): boolean {
  const mask = chainMask(terms, chainIds);
  return mask !== null && mask !== 0 && (reported & mask) === mask;
}

/** Whether a kind of state is an end: nothing leads on from it. */
export function isTerminal(kind: number): boolean {
  return kind === StateKind.FINALIZED || kind === StateKind.FAILED;
}
