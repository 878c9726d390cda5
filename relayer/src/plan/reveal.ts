import type { Facts } from "../facts/types.ts";
import type { SendAction } from "./actions.ts";
import { nextAttempt } from "./attempt.ts";
import type { Policy } from "./policy.ts";
import {
  allDeposited,
  allRevealed,
  escrowOf,
  isDeposited,
  isFinal,
  legChains,
  legsOn,
  timeOn,
  verdictOf,
} from "./terms.ts";

/**
 * Recipients to be opened at escrows that their own deposit does not open: after all of a party's deposits were indexed (from then on its
 * wallet is public anyway), or, for a party that deposits nothing, once every leg of the escrow is deposited for good. What we publish nobody
 * takes back, a reorg of the deposits included.
 */
export function planReveals(facts: Facts, now: Date, policy: Policy): SendAction[] {
  if (verdictOf(facts) !== "none") return [];
  return legChains(facts).flatMap((chainId): SendAction[] => {
    if (!facts.heads.has(chainId) || timeOn(facts, chainId) >= facts.terms.depositDeadline) return [];
    if (escrowOf(facts, chainId).verdict !== "none") return [];
    const parties = recipientsToReveal(facts, chainId);
    if (parties.length === 0) return [];
    const subject = nextAttempt(
      facts,
      { chainId, kind: "reveal", subject: parties.join(",") },
      now,
      policy.repeatSeconds,
    );
    if (subject === null) return [];
    const completesLock = allDeposited(facts, chainId) && allRevealed(facts, chainId, parties);
    return [{ type: "send", chainId, kind: "reveal", subject, call: { name: "reveal", parties, completesLock } }];
  });
}

/** Positions of `terms.parties`, ascending. */
export function recipientsToReveal(facts: Facts, chainId: number): number[] {
  const { revealed } = escrowOf(facts, chainId);
  const recipients = new Set(legsOn(facts, chainId).map((index) => facts.terms.legs[index]?.to ?? -1));
  return [...recipients]
    .filter((position) => !revealed.has(position) && holdsSecret(facts, position))
    .filter((position) => {
      const deposits = facts.terms.legs.flatMap((leg, index) => (leg.from === position ? [index] : []));
      // Its own deposit here will open it, and without that deposit nothing locks here.
      if (deposits.some((index) => Number(facts.terms.legs[index]?.chainId) === chainId)) return false;
      if (deposits.length === 0) return allDeposited(facts, chainId) && depositsAreFinal(facts, chainId);
      return deposits.every((index) => isDeposited(facts, index));
    })
    .sort((a, b) => a - b);
}

function depositsAreFinal(facts: Facts, chainId: number): boolean {
  return legsOn(facts, chainId).every((index) => isFinal(facts, chainId, facts.legs[index]?.blockNumber ?? 0n));
}

function holdsSecret(facts: Facts, position: number): boolean {
  return facts.parties.some((party) => 2 * party.position + 1 === position && party.holdsSecret.wallet);
}
