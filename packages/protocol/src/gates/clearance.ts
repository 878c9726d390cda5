import type { Address } from "viem";
import { ComplianceStatus } from "../attestation.ts";

/** What all named attesters together say about all parties. */
export const Clearance = { PENDING: 0, CLEARED: 1, FAILED: 2 } as const;
export type Clearance = (typeof Clearance)[keyof typeof Clearance];

/** An attester's stored word about one party list: what the registry's `statementOf` returns, with whose word it is. */
export interface Statement {
  attester: Address;
  /** Of `ComplianceStatus`, in party order; missing positions count as None. */
  statuses: readonly number[];
  /** Unix seconds. */
  validUntil: number;
}

export interface ClearanceInput {
  /** `terms.parties`; only their number matters here, the statements must be about exactly this list. */
  parties: readonly unknown[];
  attesters: readonly Address[];
  threshold: number;
  /** `terms.settleDeadline`. */
  validThrough: number;
  /** Unix seconds of the block. */
  now: number;
  /** At most one per attester. Those of attesters that are not named do not count. */
  statements: readonly Statement[];
}

/** Per party: cleared by `threshold` attesters, vetoed by one. */
export interface PartyClearance {
  cleared: boolean;
  vetoed: boolean;
}

/** Positions of a statement's slot; a longer party list is never cleared. */
const MAX_POSITIONS = 32;

/**
 * Pure mirror of the registry's `clearanceOf`. FAILED: a named attester has failed or revoked a party, whatever the threshold.
 * CLEARED: every party has a Pass of `threshold` attesters, valid now and until `validThrough` or longer. Else PENDING.
 */
export function clearance(input: ClearanceInput): Clearance {
  const parties = partyClearances(input);
  if (parties.some(({ vetoed }) => vetoed)) return Clearance.FAILED;
  return parties.length > 0 && parties.every(({ cleared }) => cleared) ? Clearance.CLEARED : Clearance.PENDING;
}

/** The judgement per party, in party order. The registry's `isCleared` is `cleared && !vetoed`. */
export function partyClearances(input: ClearanceInput): PartyClearance[] {
  const { parties, attesters, threshold, validThrough, now, statements } = input;
  const words = attesters.map((attester) => statements.find((statement) => same(statement.attester, attester)));
  // A list that repeats an attester clears nobody, but its vetoes count.
  const canClear = threshold > 0 && parties.length <= MAX_POSITIONS && isAscending(attesters);
  return parties.map((_, position) => {
    if (parties.length > MAX_POSITIONS) return { cleared: false, vetoed: false };
    const vetoed = words.some((word) => isVeto(word?.statuses[position]));
    const passes = words.filter(
      (word) =>
        word !== undefined &&
        word.validUntil > now &&
        word.validUntil >= validThrough &&
        word.statuses[position] === ComplianceStatus.Pass,
    );
    return { cleared: canClear && passes.length >= threshold, vetoed };
  });
}

function isVeto(status: number | undefined): boolean {
  return status === ComplianceStatus.Fail || status === ComplianceStatus.Revoked;
}

function isAscending(attesters: readonly Address[]): boolean {
  return attesters.every((attester, index) => {
    const previous = attesters[index - 1];
    return previous === undefined || previous.toLowerCase() < attester.toLowerCase();
  });
}

function same(left: Address, right: Address): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
