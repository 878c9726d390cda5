import { ComplianceStatus, Gate, StateKind } from "@keystoneos/protocol";
import type { CheckFacts, CheckType, Facts, PartyFacts, StatementFacts } from "../facts/types.ts";
import type { Action, CheckName } from "./actions.ts";
import { nextAttempt } from "./attempt.ts";
import type { Policy } from "./policy.ts";
import { timeOn, verdictOf } from "./terms.ts";

const CHECK_TYPES: readonly CheckType[] = ["entity", "wallet"];

/**
 * Rounds of screening, then the attester's word about all positions, until there is a verdict. Where creation carries the word, the first
 * round comes before it.
 */
export function planCompliance(facts: Facts, now: Date, policy: Policy): Action[] {
  const created = facts.coordinator?.created === true;
  const opening = openingState(facts, policy);
  if (verdictOf(facts) !== "none" || (!created && opening === null)) return [];
  if (timeOn(facts, facts.coordinatorChainId) >= facts.terms.settleDeadline) return [];
  const cause = created ? causeOfRound(facts) : facts.rounds.length === 0 ? opening : null;
  if (cause !== null) return [{ type: "begin_round", cause }];
  const round = facts.rounds.at(-1);
  if (round === undefined) return [];

  const due = checksDue(facts);
  const actions: Action[] = due.length > 0 ? [{ type: "screen", checks: due.map(nameOfCheck) }] : [];
  if (!attestsHere(facts)) return actions;

  const last = facts.signed.at(-1);
  const statuses = statementOf(facts);
  // One statement says it all, so it waits for the last check, unless a failure is known already, or the word of an earlier round
  // would go on clearing parties whom nobody can screen now.
  const failed = statuses.includes(ComplianceStatus.Fail);
  const outdated = due.some(({ status }) => status === "error") && last?.statuses.includes(ComplianceStatus.Pass);
  if (due.length > 0 && !failed && !outdated) return actions;
  if (last === undefined && statuses.every((status) => status === ComplianceStatus.None)) return actions;

  if (last === undefined || last.round !== round.round || last.statuses.join() !== statuses.join()) {
    return [...actions, { type: "sign", statuses, sequence: nextSequence(facts), round: round.round }];
  }
  if (!created) return actions;
  const shown = statementShown(facts);
  if (shown !== undefined && shown.sequence >= last.sequence) return actions;
  const call = { chainId: facts.coordinatorChainId, kind: "attest" as const, subject: last.sequence.toString() };
  const subject = nextAttempt(facts, call, now, policy.repeatSeconds);
  if (subject === null) return actions;
  return [...actions, { type: "send", ...call, subject, call: { name: "attest", sequence: last.sequence } }];
}

/**
 * What creation can carry: our word, to be sent with it; `awaited` while it may come soon; null where creation comes first, since no
 * word of ours is asked for then, or a provider keeps us waiting.
 */
export function wordToOpenWith(facts: Facts, policy: Policy): { sequence: bigint } | "awaited" | null {
  if (openingState(facts, policy) === null) return null;
  const round = facts.rounds.at(-1)?.round;
  const last = facts.signed.at(-1);
  if (last !== undefined && last.round === round) return { sequence: last.sequence };
  if (facts.checks.some(({ status }) => status === "error")) return null;
  const nothingToSay = checksDue(facts).length === 0 && statementOf(facts).every((s) => s === ComplianceStatus.None);
  return round !== undefined && nothingToSay ? null : "awaited";
}

/** The state that asks for screening and that creation would lead to at once; null where there is none, or the word is not ours. */
function openingState(facts: Facts, policy: Policy): string | null {
  const { ruleset, screeningStates, heads, coordinatorChainId } = facts;
  if (!policy.opensAtOnce || !attestsHere(facts) || !heads.has(coordinatorChainId)) return null;
  const initial = ruleset.states.findIndex(({ kind }) => kind === StateKind.INITIAL);
  const first = ruleset.edges.find(({ from, gate }) => from === initial && gate === Gate.NONE);
  const name = first === undefined ? undefined : ruleset.states[first.to]?.name;
  return name !== undefined && screeningStates.includes(name) ? name : null;
}

/** Why all parties are to be screened anew now: the newest state that asks for it, or our word running out; null when they are not. */
function causeOfRound(facts: Facts): string | null {
  const state = facts.entered.findLast((name) => facts.screeningStates.includes(name));
  if (state === undefined) return null;
  if (!facts.rounds.some(({ cause }) => cause === state)) return state;
  return runsOut(facts) ? "renewal" : null;
}

/** Our word of this round is not the newest of ours on chain, and that one ends before a verdict has to be taken. A veto never ends. */
function runsOut(facts: Facts): boolean {
  if (!attestsHere(facts) || checksDue(facts).length > 0) return false;
  const last = facts.signed.at(-1);
  const shown = statementShown(facts);
  if (last?.round !== facts.rounds.at(-1)?.round) return false;
  const word = shown !== undefined && shown.sequence > (last?.sequence ?? 0n) ? shown : last;
  if (word === undefined || word.validUntil >= facts.terms.settleDeadline) return false;
  return !word.statuses.some((status) => status === ComplianceStatus.Fail || status === ComplianceStatus.Revoked);
}

function attestsHere(facts: Facts): boolean {
  return facts.terms.attesters.some((attester) => attester.toLowerCase() === facts.attester.toLowerCase());
}

/** Our newest word at the registry. */
function statementShown(facts: Facts): StatementFacts | undefined {
  return facts.statements.find((s) => s.attester.toLowerCase() === facts.attester.toLowerCase());
}

/** Checks of this round that were not made yet, or that their provider did not answer. */
function checksDue(facts: Facts): CheckFacts[] {
  return facts.checks.filter(({ status }) => status === "pending" || status === "error");
}

function nameOfCheck({ id, party_id, check_type, provider }: CheckFacts): CheckName {
  return { id, partyId: party_id, checkType: check_type, provider };
}

/** Our whole word: the entity checks at the entity's position, the wallet checks at the wallet's. */
function statementOf(facts: Facts): number[] {
  const statuses = facts.terms.parties.map((): number => ComplianceStatus.None);
  for (const party of facts.parties) {
    CHECK_TYPES.forEach((checkType, offset) => {
      statuses[2 * party.position + offset] = wordFor(facts, party, checkType);
    });
  }
  return statuses;
}

/** The worst of all providers' words; none while one is missing, or when nobody can see that the commitment opens to what was screened. */
function wordFor(facts: Facts, party: PartyFacts, checkType: CheckType): number {
  const providers = facts.providers[checkType];
  if (!party.holdsSecret[checkType] || providers.length === 0) return ComplianceStatus.None;
  const found = providers.map((provider) => find(facts.checks, { partyId: party.id, checkType, provider })?.status);
  if (found.includes("fail")) return ComplianceStatus.Fail;
  if (found.includes("flagged")) return ComplianceStatus.Flagged;
  return found.every((status) => status === "pass") ? ComplianceStatus.Pass : ComplianceStatus.None;
}

function find(checks: readonly CheckFacts[], name: Omit<CheckName, "id">): CheckFacts | undefined {
  return checks.find(
    (c) => c.party_id === name.partyId && c.check_type === name.checkType && c.provider === name.provider,
  );
}

/** Above everything we have signed and everything the registry has of us, so that a lost table does not silence the attester. */
function nextSequence(facts: Facts): bigint {
  const [signed, shown] = [facts.signed.at(-1)?.sequence ?? 0n, statementShown(facts)?.sequence ?? 0n];
  return (signed > shown ? signed : shown) + 1n;
}
