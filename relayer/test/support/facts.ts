import { hashTerms, type Leg, rulesetId, STANDARD_RULESET, type Terms } from "@keystoneos/protocol";
import { type Address, getAddress, type Hex, keccak256, toHex, zeroAddress, zeroHash } from "viem";
import type { EscrowFacts, Facts, HeadFacts, LegFacts, TransactionFacts } from "../../src/facts/types.ts";
import type { Policy } from "../../src/plan/policy.ts";

export const A = 11155111;
export const B = 84532;
export const NOW = new Date("2026-06-01T12:00:00.000Z");
export const T0 = NOW.getTime() / 1000;

export const policy: Policy = {
  messageRetrySeconds: 8,
  messageResendSeconds: 20,
  repeatSeconds: 30,
  attestationMarginSeconds: 3600,
  providerTimeoutSeconds: 10,
  opensAtOnce: true,
};

const ATTESTER: Address = getAddress(`0x${"a".repeat(40)}`);
const COORDINATOR: Address = getAddress(`0x${"c".repeat(40)}`);
const ESCROW: Address = getAddress(`0x${"e".repeat(40)}`);

/** Seller (wallet commitment 1) delivers, buyer (wallet commitment 3) pays; chains of the two legs. */
export function dvp(deliveryChain: number, paymentChain: number): Terms {
  return termsOf([leg(deliveryChain, 1, 3), leg(paymentChain, 3, 1)], 2);
}

export function leg(chainId: number, from: number, to: number): Leg {
  const token = getAddress(`0x${"7".repeat(39)}${from}`);
  const plain = { standard: 0, tokenId: 0n, partition: zeroHash, fees: [] };
  return { chainId: BigInt(chainId), escrow: ESCROW, token, amount: 5n, from, to, ...plain };
}

export function termsOf(legs: Leg[], parties: number): Terms {
  return {
    ref: "0x000102030405060708090a0b0c0d0e0f",
    chainId: BigInt(A),
    coordinator: COORDINATOR,
    ruleset: rulesetId(STANDARD_RULESET),
    parties: Array.from({ length: 2 * parties }, (_, index) => keccak256(toHex(index))),
    legs,
    depositDeadline: T0 + 600,
    settleDeadline: T0 + 660,
    attesters: [ATTESTER],
    threshold: 1,
    operator: zeroAddress,
    parent: zeroHash,
    notBefore: 0,
  };
}

/** Facts of a settlement that nobody has acted on yet. */
export function factsOf(terms: Terms = dvp(A, B), changes: Partial<Facts> = {}): Facts {
  const parties = Array.from({ length: terms.parties.length / 2 }, (_, position) => ({
    id: `party-${position}`,
    position,
    wallet: getAddress(`0x${"5".repeat(39)}${position}`),
    holdsSecret: { entity: true, wallet: true },
  }));
  return {
    intentId: "intent",
    settlementId: "settlement",
    settlementHash: hashTerms(terms),
    terms,
    ruleset: STANDARD_RULESET,
    screeningStates: ["COMPLIANCE_CHECKING"],
    entered: [],
    rounds: [],
    providers: { entity: ["sanctions_list"], wallet: ["sanctions_list"] },
    coordinatorChainId: A,
    heads: heads(),
    coordinator: null,
    parentKind: undefined,
    escrows: new Map(),
    legs: terms.legs.map(() => null),
    messages: [],
    statements: [],
    parties,
    checks: [],
    signed: [],
    attester: ATTESTER,
    transactions: [],
    interventions: [],
    retry: null,
    operator: null,
    ...changes,
  };
}

export function heads(seconds = 0, number = 100n): Map<number, HeadFacts> {
  const head = { number, timestamp: T0 + seconds, finalized: 5 };
  return new Map([
    [A, head],
    [B, head],
  ]);
}

export function escrow(changes: Partial<EscrowFacts> = {}): EscrowFacts {
  return {
    locked: false,
    verdict: "none",
    lockReported: false,
    releaseReported: false,
    revealed: new Set(),
    ...changes,
  };
}

export function created(state: string, verdict: "none" | "execute" | "rollback" = "none", blockNumber = 90n) {
  return { created: true, state, verdict, blockNumber };
}

export function legsIn(status: LegFacts["status"], count: number, blockNumber = 90n): LegFacts[] {
  return Array.from({ length: count }, () => ({ status, blockNumber }));
}

export function sent(
  kind: TransactionFacts["kind"],
  chainId: number,
  subject = "",
  changes: Partial<TransactionFacts> = {},
): TransactionFacts {
  return { kind, chainId, subject, status: "pending", blockNumber: 90n, createdAt: NOW, ...changes };
}

/** Every party passed, in the registry too. */
export function cleared(terms: Terms): Pick<Facts, "statements" | "signed" | "checks" | "entered" | "rounds"> {
  const statuses = terms.parties.map(() => 1);
  const validUntil = terms.settleDeadline + 3600;
  return {
    entered: ["INSTRUCTED", "COMPLIANCE_CHECKING"],
    rounds: [{ round: 1, cause: "COMPLIANCE_CHECKING" }],
    statements: [{ attester: ATTESTER, sequence: 1n, statuses, validUntil }],
    signed: [{ sequence: 1n, statuses, validUntil, round: 1 }],
    checks: terms.parties.map((_, index) => ({
      id: `check-${index}`,
      party_id: `party-${index >> 1}`,
      check_type: index % 2 === 0 ? ("entity" as const) : ("wallet" as const),
      provider: "sanctions_list",
      status: "pass" as const,
      reference_id: `reference-${index}`,
    })),
  };
}

export const guid = (index: number): Hex => keccak256(toHex(index));
