import type { Facts } from "../facts/types.ts";
import type { Action } from "./actions.ts";
import { escrowOf, isFinal, isTerminal, legChains, legsOn, timeOn, verdictOf } from "./terms.ts";

/**
 * The end of our duty, which cannot be taken back and so waits until everything it rests on is final. Secrets go first; the intent stays
 * open while an escrow that has not heard of a ROLLBACK could still take a deposit.
 */
export function planClose(facts: Facts): Action[] {
  // What an operator asked for has an end of its own first.
  if (facts.interventions.length > 0) return [];
  if (!isTerminal(facts) || !isSettled(facts) || !restsOnFinalBlocks(facts)) return [];
  const actions: Action[] = [];
  if (facts.parties.some((party) => party.holdsSecret.entity || party.holdsSecret.wallet)) {
    actions.push({ type: "forget_secrets" });
  }
  if (legChains(facts).every((chainId) => isShut(facts, chainId))) actions.push({ type: "close" });
  return actions;
}

function isSettled(facts: Facts): boolean {
  return facts.terms.legs.every((_, index) => {
    const status = facts.legs[index]?.status;
    if (status === "returned") return true;
    if (verdictOf(facts) === "execute") return status === "released";
    return status === undefined || status === "refunded";
  });
}

function restsOnFinalBlocks(facts: Facts): boolean {
  const { coordinator, coordinatorChainId } = facts;
  if (coordinator === null || !isFinal(facts, coordinatorChainId, coordinator.blockNumber)) return false;
  return legChains(facts).every((chainId) =>
    legsOn(facts, chainId).every((index) => {
      const leg = facts.legs[index];
      return leg === null || leg === undefined || isFinal(facts, chainId, leg.blockNumber);
    }),
  );
}

/** No deposit can come any more: all are there, the escrow knows the verdict, or the deposit deadline has passed. */
function isShut(facts: Facts, chainId: number): boolean {
  return escrowOf(facts, chainId).verdict !== "none" || timeOn(facts, chainId) >= facts.terms.depositDeadline;
}
