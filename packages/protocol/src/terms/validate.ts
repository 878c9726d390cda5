import type { Address } from "viem";
import { getAddress } from "viem/utils";
import type { Ruleset } from "../rulesets/types.ts";
import { needsParent } from "../rulesets/validate.ts";
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
import { type Leg, type Terms, TokenStandard } from "./types.ts";

/** The deployment that the terms are judged for. */
export interface TermsContext {
  /** Chains with a row. */
  chainIds: readonly (number | bigint)[];
  /** The coordinator's chain; the first of `chainIds` when left out. */
  coordinatorChainId?: number | bigint | undefined;
  coordinator: Address;
  escrow: Address;
  /** Unix seconds. Without it no clock is asked. */
  now?: number | undefined;
  /**
   * What `now` is judged for: a deposit (the default) goes from `notBefore` to `depositDeadline`, for creation only `settleDeadline` must
   * lie ahead.
   */
  purpose?: "deposit" | "creation" | undefined;
  /** The ruleset that the terms name. Without it nobody asks whether it is made for a parent, as no escrow does. */
  ruleset?: Ruleset | undefined;
}

/** Why a contract would refuse the terms: its custom error with the arguments as viem decodes them, and the place in the terms. */
export interface TermsFault {
  error: TermsError;
  args: readonly unknown[];
  /** For example `legs[1].fees[0].recipient`; empty for the terms as a whole. */
  field: string;
  message: string;
}

export type TermsError =
  | "Terms_NoLegs"
  | "Terms_TooManyLegs"
  | "Terms_TooManyParties"
  | "Terms_TooManyAttesters"
  | "Terms_ForeignCoordinator"
  | "Terms_DeadlineOrder"
  | "Terms_NotBeforeWithoutParent"
  | "Terms_NotBeforeTooLate"
  | "Terms_InvalidThreshold"
  | "Terms_AttestersNotAscending"
  | "Terms_RepeatedParty"
  | "Terms_UnknownChain"
  | "Terms_ForeignEscrow"
  | "Terms_IndexOutOfRange"
  | "Terms_FromIsTo"
  | "Terms_ZeroAmount"
  | "Terms_TooManyFees"
  | "Terms_InvalidFeeRecipient"
  | "Terms_FeesExceedAmount"
  | "Terms_StandardFields"
  | "Terms_TooLarge"
  | "KeystoneEscrow_NotYetOpen"
  | "KeystoneEscrow_DepositDeadlinePassed"
  | "SettlementCoordinator_SettleDeadlinePassed"
  | "SettlementCoordinator_ParentMismatch";

/**
 * Mirror of `TermsLib.validate`: the first fault in the contract's order, or null when the terms are well formed for this deployment.
 *
 * @throws ProtocolError `terms_encoding` when a value does not fit its Solidity type, so that no contract could even be asked.
 */
export function validateTerms(terms: Terms, context: TermsContext): TermsFault | null {
  const encodedBytes = (encodeTerms(terms).length - 2) / 2;
  return (
    checkCounts(terms) ??
    checkCoordinator(terms, context) ??
    checkTimes(terms) ??
    checkAttesters(terms) ??
    checkParties(terms) ??
    first(terms.legs, (leg, index) => checkLeg(leg, index, terms, context)) ??
    checkSize(encodedBytes) ??
    checkClock(terms, context) ??
    checkParent(terms, context)
  );
}

function checkCounts({ legs, parties, attesters }: Terms): TermsFault | null {
  const over = (error: TermsError, field: string, count: number, most: number) =>
    count > most ? fault(error, [BigInt(count)], field, `at most ${most}`) : null;
  if (legs.length === 0) return fault("Terms_NoLegs", [], "legs", "at least one leg");
  return (
    over("Terms_TooManyLegs", "legs", legs.length, MAX_LEGS) ??
    over("Terms_TooManyParties", "parties", parties.length, MAX_PARTIES) ??
    over("Terms_TooManyAttesters", "attesters", attesters.length, MAX_ATTESTERS)
  );
}

function checkCoordinator({ chainId, coordinator }: Terms, context: TermsContext): TermsFault | null {
  const home = context.coordinatorChainId ?? context.chainIds[0];
  const args = [chainId, getAddress(coordinator)];
  if (home === undefined || chainId !== BigInt(home)) {
    return fault("Terms_ForeignCoordinator", args, "chainId", "not the coordinator's chain");
  }
  if (!same(coordinator, context.coordinator)) {
    return fault("Terms_ForeignCoordinator", args, "coordinator", "not this deployment's coordinator");
  }
  return null;
}

function checkTimes({ depositDeadline, settleDeadline, parent, notBefore }: Terms): TermsFault | null {
  if (settleDeadline < depositDeadline) {
    const args = [depositDeadline, settleDeadline];
    return fault("Terms_DeadlineOrder", args, "settleDeadline", "must not be before depositDeadline");
  }
  if (notBefore !== 0 && same(parent, ZERO_BYTES32)) {
    return fault("Terms_NotBeforeWithoutParent", [notBefore], "notBefore", "only terms with a parent have one");
  }
  if (notBefore !== 0 && notBefore >= depositDeadline) {
    const args = [notBefore, depositDeadline];
    return fault("Terms_NotBeforeTooLate", args, "notBefore", "must be before depositDeadline");
  }
  return null;
}

function checkAttesters({ attesters, threshold }: Terms): TermsFault | null {
  if (threshold === 0 || threshold > attesters.length) {
    const args = [BigInt(threshold), BigInt(attesters.length)];
    return fault("Terms_InvalidThreshold", args, "threshold", "must be 1 to the number of attesters");
  }
  return first(attesters, (attester, index) => {
    if (BigInt(attesters[index - 1] ?? ZERO_ADDRESS) < BigInt(attester)) return null;
    const args = [BigInt(index)];
    return fault("Terms_AttestersNotAscending", args, `attesters[${index}]`, "must be above zero and the one before");
  });
}

function checkParties({ parties }: Terms): TermsFault | null {
  const seen = new Set<string>();
  return first(parties, (party, index) => {
    if (seen.has(party.toLowerCase())) {
      return fault("Terms_RepeatedParty", [BigInt(index)], `parties[${index}]`, "repeated commitment");
    }
    seen.add(party.toLowerCase());
    return null;
  });
}

function checkLeg(leg: Leg, index: number, { parties }: Terms, context: TermsContext): TermsFault | null {
  const at = (field: keyof Leg) => `legs[${index}].${field}`;
  const position = BigInt(index);
  if (!context.chainIds.some((chainId) => BigInt(chainId) === leg.chainId)) {
    return fault("Terms_UnknownChain", [position, leg.chainId], at("chainId"), "the deployment has no row for it");
  }
  if (!same(leg.escrow, context.escrow)) {
    return fault(
      "Terms_ForeignEscrow",
      [position, getAddress(leg.escrow)],
      at("escrow"),
      "not this deployment's escrow",
    );
  }
  for (const end of ["from", "to"] as const) {
    if (leg[end] >= parties.length) {
      return fault("Terms_IndexOutOfRange", [position, BigInt(leg[end])], at(end), "no party at this position");
    }
  }
  if (leg.from === leg.to) return fault("Terms_FromIsTo", [position], at("to"), "must differ from `from`");
  if (leg.amount === 0n) return fault("Terms_ZeroAmount", [position], at("amount"), "must be above zero");
  if (leg.fees.length > MAX_FEES_PER_LEG) {
    const args = [position, BigInt(leg.fees.length)];
    return fault("Terms_TooManyFees", args, at("fees"), `at most ${MAX_FEES_PER_LEG}`);
  }
  return checkFees(leg, index, context) ?? checkStandard(leg, index);
}

/** What a standard has no use for must be empty. */
function checkStandard({ standard, amount, fees, tokenId, partition }: Leg, index: number): TermsFault | null {
  const fails = (field: keyof Leg, message: string) =>
    fault("Terms_StandardFields", [BigInt(index)], `legs[${index}].${field}`, message);
  if (standard === TokenStandard.ERC721) {
    if (amount !== 1n) return fails("amount", "must be 1 for ERC-721");
    if (fees.length > 0) return fails("fees", "ERC-721 cannot be divided");
  } else if (standard !== TokenStandard.ERC1155 && tokenId !== 0n) {
    return fails("tokenId", "must be zero but for ERC-721 and ERC-1155");
  }
  if (standard === TokenStandard.ERC1400 || same(partition, ZERO_BYTES32)) return null;
  return fails("partition", "must be zero but for ERC-1400");
}

function checkFees({ amount, token, fees }: Leg, leg: number, { escrow }: TermsContext): TermsFault | null {
  const taken = [ZERO_ADDRESS, escrow, token];
  let rest = amount;
  return first(fees, (fee, index) => {
    const field = `legs[${leg}].fees[${index}]`;
    if (taken.some((other) => same(other, fee.recipient))) {
      const args = [BigInt(leg), BigInt(index), getAddress(fee.recipient)];
      return fault(
        "Terms_InvalidFeeRecipient",
        args,
        `${field}.recipient`,
        "must not be zero, the escrow or the token",
      );
    }
    if (fee.amount > rest) {
      return fault("Terms_FeesExceedAmount", [BigInt(leg)], `${field}.amount`, "fees above the leg's amount");
    }
    rest -= fee.amount;
    return null;
  });
}

function checkSize(bytes: number): TermsFault | null {
  if (bytes <= MAX_ENCODED_BYTES) return null;
  return fault("Terms_TooLarge", [BigInt(bytes)], "", `${bytes} ABI-encoded bytes, at most ${MAX_ENCODED_BYTES}`);
}

function checkClock(terms: Terms, { now, purpose }: TermsContext): TermsFault | null {
  const { depositDeadline, settleDeadline, notBefore } = terms;
  if (now === undefined) return null;
  if (purpose === "creation") {
    const args = [settleDeadline, BigInt(now)];
    if (now < settleDeadline) return null;
    return fault("SettlementCoordinator_SettleDeadlinePassed", args, "settleDeadline", "must lie ahead");
  }
  if (now < notBefore) {
    return fault("KeystoneEscrow_NotYetOpen", [notBefore, BigInt(now)], "notBefore", "has not come yet");
  }
  if (now < depositDeadline) return null;
  const args = [depositDeadline, BigInt(now)];
  return fault("KeystoneEscrow_DepositDeadlinePassed", args, "depositDeadline", "must lie ahead");
}

function checkParent({ ruleset: id, parent }: Terms, { ruleset }: TermsContext): TermsFault | null {
  if (ruleset === undefined || needsParent(ruleset) !== same(parent, ZERO_BYTES32)) return null;
  const message = needsParent(ruleset) ? "the ruleset waits for one" : "the ruleset is not made for one";
  return fault("SettlementCoordinator_ParentMismatch", [id, parent], "parent", message);
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

function fault(error: TermsError, args: readonly unknown[], field: string, message: string): TermsFault {
  return { error, args, field, message };
}
