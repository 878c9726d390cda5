import type { Address } from "viem";
import {
  MAX_ATTESTERS,
  MAX_ENCODED_BYTES,
  MAX_FEES_PER_LEG,
  MAX_LEGS,
  MAX_PARTIES,
  ZERO_ADDRESS,
  ZERO_BYTES32,
} from "./bounds.ts";
import { encodeTerms } from "./codec.ts";
import { type Fee, type Leg, type Terms, TokenStandard } from "./types.ts";

/** The deployment that the terms are judged for. */
export interface TermsContext {
  /** Chains with a row. */
  chainIds: readonly (number | bigint)[];
  /** The coordinator's chain; the first of `chainIds` when left out. */
  coordinatorChainId?: number | bigint | undefined;
  coordinator: Address;
  escrow: Address;
  /** Unix seconds. When given, `depositDeadline` must lie ahead, as a deposit demands. */
  now?: number | undefined;
}

/** Why a contract would refuse the terms: `error` is its custom error, `field` the place in the terms. */
export interface TermsFault {
  error: TermsError;
  field: string;
  message: string;
}

export type TermsError =
  | "Terms_TooLarge"
  | "Terms_ForeignCoordinator"
  | "Terms_ParentNotSupported"
  | "Terms_LegCount"
  | "Terms_PartyCount"
  | "Terms_AttesterCount"
  | "Terms_FeeCount"
  | "Terms_RepeatedParty"
  | "Terms_AttestersNotAscending"
  | "Terms_InvalidThreshold"
  | "Terms_DeadlineOrder"
  | "Terms_DeadlinePassed"
  | "Terms_UnknownChain"
  | "Terms_ForeignEscrow"
  | "Terms_PartyIndex"
  | "Terms_SameParty"
  | "Terms_ZeroAmount"
  | "Terms_FeesExceedAmount"
  | "Terms_FeeRecipient"
  | "Terms_FeesNotAllowed";

/**
 * Mirror of the contracts' check of the terms: null when they are well formed for this deployment.
 *
 * @throws ProtocolError `terms_encoding` when a value does not fit its Solidity type, which no contract could even be asked about.
 */
export function validateTerms(terms: Terms, context: TermsContext): TermsFault | null {
  return (
    checkCounts(terms) ??
    checkCoordinator(terms, context) ??
    checkDeadlines(terms, context) ??
    checkParties(terms) ??
    checkAttesters(terms) ??
    first(terms.legs, (leg, index) => checkLeg(leg, index, terms, context)) ??
    checkSize(terms)
  );
}

function checkSize(terms: Terms): TermsFault | null {
  const bytes = (encodeTerms(terms).length - 2) / 2;
  return bytes <= MAX_ENCODED_BYTES
    ? null
    : fault("Terms_TooLarge", "", `${bytes} bytes, at most ${MAX_ENCODED_BYTES}`);
}

function checkCounts({ legs, parties, attesters }: Terms): TermsFault | null {
  if (legs.length === 0 || legs.length > MAX_LEGS) return fault("Terms_LegCount", "legs", `1 to ${MAX_LEGS} legs`);
  if (parties.length > MAX_PARTIES) return fault("Terms_PartyCount", "parties", `at most ${MAX_PARTIES} parties`);
  if (attesters.length > MAX_ATTESTERS) {
    return fault("Terms_AttesterCount", "attesters", `at most ${MAX_ATTESTERS} attesters`);
  }
  return first(legs, ({ fees }, index) =>
    fees.length > MAX_FEES_PER_LEG
      ? fault("Terms_FeeCount", `legs[${index}].fees`, `at most ${MAX_FEES_PER_LEG} fees`)
      : null,
  );
}

function checkCoordinator(terms: Terms, context: TermsContext): TermsFault | null {
  const home = context.coordinatorChainId ?? context.chainIds[0];
  if (home === undefined || terms.chainId !== BigInt(home)) {
    return fault("Terms_ForeignCoordinator", "chainId", "not the coordinator's chain");
  }
  if (!same(terms.coordinator, context.coordinator)) {
    return fault("Terms_ForeignCoordinator", "coordinator", "not this deployment's coordinator");
  }
  return null;
}

function checkDeadlines(terms: Terms, { now }: TermsContext): TermsFault | null {
  const { depositDeadline, settleDeadline, parent, notBefore } = terms;
  if (settleDeadline < depositDeadline) {
    return fault("Terms_DeadlineOrder", "settleDeadline", "must not be before depositDeadline");
  }
  if (now !== undefined && depositDeadline <= now) {
    return fault("Terms_DeadlinePassed", "depositDeadline", "must lie ahead");
  }
  if (parent !== ZERO_BYTES32) return fault("Terms_ParentNotSupported", "parent", "no ruleset takes a parent");
  if (notBefore !== 0) return fault("Terms_ParentNotSupported", "notBefore", "no ruleset takes a maturity");
  return null;
}

function checkParties({ parties }: Terms): TermsFault | null {
  const seen = new Set<string>();
  return first(parties, (party, index) => {
    if (seen.has(party.toLowerCase())) return fault("Terms_RepeatedParty", `parties[${index}]`, "repeated commitment");
    seen.add(party.toLowerCase());
    return null;
  });
}

function checkAttesters({ attesters, threshold }: Terms): TermsFault | null {
  if (threshold === 0 || threshold > attesters.length) {
    return fault("Terms_InvalidThreshold", "threshold", "must be 1 to the number of attesters");
  }
  return first(attesters, (attester, index) => {
    const previous = attesters[index - 1] ?? ZERO_ADDRESS;
    if (BigInt(previous) < BigInt(attester)) return null;
    return fault("Terms_AttestersNotAscending", `attesters[${index}]`, "attesters must be strictly ascending");
  });
}

function checkLeg(leg: Leg, index: number, terms: Terms, context: TermsContext): TermsFault | null {
  const at = (field: keyof Leg) => `legs[${index}].${field}`;
  if (!context.chainIds.some((chainId) => BigInt(chainId) === leg.chainId)) {
    return fault("Terms_UnknownChain", at("chainId"), "the deployment has no row for this chain");
  }
  if (!same(leg.escrow, context.escrow))
    return fault("Terms_ForeignEscrow", at("escrow"), "not this deployment's escrow");
  if (leg.from >= terms.parties.length) return fault("Terms_PartyIndex", at("from"), "no party at this position");
  if (leg.to >= terms.parties.length) return fault("Terms_PartyIndex", at("to"), "no party at this position");
  if (leg.from === leg.to) return fault("Terms_SameParty", at("to"), "must differ from `from`");
  if (leg.amount === 0n) return fault("Terms_ZeroAmount", at("amount"), "must be above zero");
  return checkFees(leg, index);
}

function checkFees(leg: Leg, index: number): TermsFault | null {
  const field = `legs[${index}].fees`;
  if (leg.standard === TokenStandard.ERC721 && leg.fees.length > 0) {
    return fault("Terms_FeesNotAllowed", field, "an ERC-721 token cannot be divided");
  }
  const recipient = first(leg.fees, (fee, position) => checkFeeRecipient(fee, leg, `${field}[${position}].recipient`));
  if (recipient !== null) return recipient;
  const sum = leg.fees.reduce((total, fee) => total + fee.amount, 0n);
  return sum > leg.amount ? fault("Terms_FeesExceedAmount", field, "fees above the amount") : null;
}

function checkFeeRecipient({ recipient }: Fee, leg: Leg, field: string): TermsFault | null {
  const taken = [ZERO_ADDRESS, leg.escrow, leg.token] as const;
  return taken.some((other) => same(other, recipient))
    ? fault("Terms_FeeRecipient", field, "must not be zero, the escrow or the token")
    : null;
}

function first<item>(
  items: readonly item[],
  check: (item: item, index: number) => TermsFault | null,
): TermsFault | null {
  for (const [index, item] of items.entries()) {
    const found = check(item, index);
    if (found !== null) return found;
  }
  return null;
}

function same(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

function fault(error: TermsError, field: string, message: string): TermsFault {
  return { error, field, message };
}
