import { type RulesetState, StateKind } from "@keystoneos/protocol";
import type { EscrowFacts, Facts, VerdictName } from "../facts/types.ts";

/** Chains that have a leg, in the order of their first one. */
export function legChains(facts: Facts): number[] {
  return [...new Set(facts.terms.legs.map((leg) => Number(leg.chainId)))];
}

/** Indices of the legs on a chain. */
export function legsOn(facts: Facts, chainId: number): number[] {
  return facts.terms.legs.flatMap((leg, index) => (Number(leg.chainId) === chainId ? [index] : []));
}

const UNSEEN: EscrowFacts = {
  locked: false,
  verdict: "none",
  lockReported: false,
  releaseReported: false,
  revealed: new Set(),
};

/** What is known of a chain's escrow; its verdict on the coordinator's chain is the coordinator's own. */
export function escrowOf(facts: Facts, chainId: number): EscrowFacts {
  const escrow = facts.escrows.get(chainId) ?? UNSEEN;
  return chainId === facts.coordinatorChainId ? { ...escrow, verdict: verdictOf(facts) } : escrow;
}

export function verdictOf(facts: Facts): VerdictName {
  return facts.coordinator?.verdict ?? "none";
}

/** The present state's entry in the ruleset; undefined when it was never created. */
export function stateOf(facts: Facts): RulesetState | undefined {
  if (!facts.coordinator?.created) return undefined;
  return facts.ruleset.states.find((state) => state.name === facts.coordinator?.state);
}

/** Nothing more will be decided: the settlement is finalized, or its verdict is ROLLBACK. */
export function isTerminal(facts: Facts): boolean {
  return verdictOf(facts) === "rollback" || stateOf(facts)?.kind === StateKind.FINALIZED;
}

/** The indexed head's time of a chain, Unix seconds; minus infinity while it is not indexed, so that no deadline counts as passed. */
export function timeOn(facts: Facts, chainId: number): number {
  return facts.heads.get(chainId)?.timestamp ?? Number.NEGATIVE_INFINITY;
}

/** Whether the leg has come and may still count for a lock; a waived one counts, for it can be waived only where it is locked. */
export function isDeposited(facts: Facts, index: number): boolean {
  const status = facts.legs[index]?.status;
  return status === "deposited" || status === "waived" || status === "returned";
}

export function allDeposited(facts: Facts, chainId: number): boolean {
  return legsOn(facts, chainId).every((index) => isDeposited(facts, index));
}

/** Whether every recipient on a chain is known there, counting `alsoRevealed` as known. */
export function allRevealed(facts: Facts, chainId: number, alsoRevealed: readonly number[] = []): boolean {
  const { revealed } = escrowOf(facts, chainId);
  return legsOn(facts, chainId).every((index) => {
    const to = facts.terms.legs[index]?.to ?? -1;
    return revealed.has(to) || alsoRevealed.includes(to);
  });
}

/** Whether what happened in this block of a chain is not taken back any more. */
export function isFinal(facts: Facts, chainId: number, block: bigint): boolean {
  const head = facts.heads.get(chainId);
  return head !== undefined && head.number - block >= BigInt(head.finalized);
}
