import { ComplianceStatus } from "@keystoneos/protocol";
import type { CheckFacts, CheckType, Facts, PartyFacts } from "../facts/types.ts";
import type { Action, CheckName } from "./actions.ts";
import { nextAttempt } from "./attempt.ts";
import type { Policy } from "./policy.ts";
import { verdictOf } from "./terms.ts";

const CHECK_TYPES: readonly CheckType[] = ["entity", "wallet"];

/** Screening in the states that ask for it, then the attester's word about all positions. */
export function planCompliance(facts: Facts, now: Date, policy: Policy): Action[] {
  const state = facts.coordinator?.state;
  if (verdictOf(facts) !== "none" || state === undefined || !facts.coordinator?.created) return [];
  if (!facts.screeningStates.includes(state)) return [];

  const due = checksDue(facts);
  const actions: Action[] = due.length > 0 ? [{ type: "screen", checks: due }] : [];
  if (!facts.terms.attesters.some((attester) => attester.toLowerCase() === facts.attester.toLowerCase()))
    return actions;

  const statuses = statementOf(facts);
  const failed = statuses.includes(ComplianceStatus.Fail);
  // One statement says it all, so it waits for the last check, unless a failure is known already.
  if ((due.length > 0 && !failed) || statuses.every((status) => status === ComplianceStatus.None)) return actions;

  const last = facts.signed.at(-1);
  if (last === undefined || last.statuses.join() !== statuses.join()) {
    return [...actions, { type: "sign", statuses, sequence: nextSequence(facts) }];
  }
  const shown = facts.statements.find((s) => s.attester.toLowerCase() === facts.attester.toLowerCase());
  if (shown !== undefined && shown.sequence >= last.sequence) return actions;
  const call = { chainId: facts.coordinatorChainId, kind: "attest" as const, subject: last.sequence.toString() };
  const subject = nextAttempt(facts, call, now, policy.repeatSeconds);
  if (subject === null) return actions;
  return [...actions, { type: "send", ...call, subject, call: { name: "attest", sequence: last.sequence } }];
}

/** Checks that were never made or ended in an error of their provider. */
function checksDue(facts: Facts): CheckName[] {
  return facts.parties.flatMap((party) =>
    CHECK_TYPES.flatMap((checkType) =>
      facts.providers[checkType]
        .map((provider) => ({ partyId: party.id, checkType, provider }))
        .filter((name) => {
          const status = find(facts.checks, name)?.status;
          return status === undefined || status === "error";
        }),
    ),
  );
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

function find(checks: readonly CheckFacts[], name: CheckName): CheckFacts | undefined {
  return checks.find(
    (c) => c.party_id === name.partyId && c.check_type === name.checkType && c.provider === name.provider,
  );
}

/** Above everything we have signed and everything the registry has of us, so that a lost table does not silence the attester. */
function nextSequence(facts: Facts): bigint {
  const shown = facts.statements.filter((s) => s.attester.toLowerCase() === facts.attester.toLowerCase());
  const used = [...facts.signed, ...shown].map((s) => s.sequence).sort((a, b) => (a < b ? -1 : 1));
  return (used.at(-1) ?? 0n) + 1n;
}
