import type { Ruleset, Terms } from "@keystoneos/protocol";
import type { Row } from "@keystoneos/store";
import type { Address, Hex } from "viem";

export type VerdictName = "none" | "execute" | "rollback";
export type MessageKindName = "LOCKED" | "VERDICT" | "RELEASED";
export type CheckType = "entity" | "wallet";

/** Everything known of one settlement at one moment: what was agreed, what the indexer shows, what we have sent. Nothing else decides. */
export interface Facts {
  intentId: string;
  /** W3C trace context of the request that asked for the settlement. */
  traceparent?: string | null;
  settlementId: string;
  settlementHash: Hex;
  terms: Terms;
  ruleset: Ruleset;
  /** Names of the states on entering which the parties are screened. */
  screeningStates: readonly string[];
  /** Names of the states that were entered, oldest first. */
  entered: readonly string[];
  /** Rounds of screening that were begun, oldest first. */
  rounds: readonly RoundFacts[];
  providers: Readonly<Record<CheckType, readonly string[]>>;
  coordinatorChainId: number;
  /** Per chain of the terms and the coordinator's: the indexed head. A chain that is not indexed yet is absent. */
  heads: ReadonlyMap<number, HeadFacts>;
  /** Null until the coordinator's chain has shown anything of it. */
  coordinator: CoordinatorFacts | null;
  /** Kind of the state that the opening of a repo is in, for its closing; undefined where there is none, or nothing is shown of it. */
  parentKind: number | undefined;
  /** Per chain that has a leg. */
  escrows: ReadonlyMap<number, EscrowFacts>;
  /** By leg index; null before the leg's first event. */
  legs: readonly (LegFacts | null)[];
  messages: readonly MessageFacts[];
  /** Newest statement at the registry of every attester that the terms name. */
  statements: readonly StatementFacts[];
  parties: readonly PartyFacts[];
  /** Of the present round. */
  checks: readonly CheckFacts[];
  /** What our attester has signed so far, oldest first. */
  signed: readonly SignedFacts[];
  /** Our attester. */
  attester: Address;
  transactions: readonly TransactionFacts[];
  /** What operators have asked for and is not done yet, oldest first. */
  interventions: readonly InterventionFacts[];
  /** The newest time at which an operator had everything tried anew; what had been tried before then waits for nothing. */
  retry: RetryFacts | null;
  /** The operator's address, where this relayer has the key. */
  operator: Address | null;
}

export interface InterventionFacts {
  intentId: string;
  /** The step that is asked for; null where all that may be done is to be tried anew. */
  step: { target: string; evidenceHash: Hex } | null;
  /** The block in which that state was entered; null before. */
  reachedIn: bigint | null;
}

interface RetryFacts {
  intentId: string;
  askedAt: Date;
}

export interface HeadFacts {
  number: bigint;
  /** Unix seconds. */
  timestamp: number;
  /** Confirmations until a fact of this chain is final for us: the chain's own, or more where the settlement is worth more. */
  finalized: number;
}

interface CoordinatorFacts {
  created: boolean;
  state: string;
  verdict: VerdictName;
  blockNumber: bigint;
}

export interface EscrowFacts {
  locked: boolean;
  verdict: VerdictName;
  lockReported: boolean;
  releaseReported: boolean;
  /** Positions of `terms.parties` whose wallet is known there. */
  revealed: ReadonlySet<number>;
}

export interface LegFacts {
  /** `waived` is owed to its depositor, `returned` has gone back there. */
  status: "deposited" | "claimable" | "released" | "refunded" | "waived" | "returned";
  blockNumber: bigint;
}

export interface MessageFacts {
  guid: Hex;
  kind: MessageKindName;
  sourceChainId: number;
  targetChainId: number;
  sentTransaction: Hex;
  /** Unix seconds of the block that sent it. */
  sentAt: number;
  received: boolean;
}

export interface StatementFacts {
  attester: Address;
  sequence: bigint;
  /** ComplianceStatus numbers in the order of `terms.parties`. */
  statuses: readonly number[];
  /** Unix seconds. */
  validUntil: number;
}

export interface PartyFacts {
  id: string;
  /** Commitments at 2 * position (entity) and 2 * position + 1 (wallet) of `terms.parties`. */
  position: number;
  wallet: Address;
  /** The platform holds the secret, so the commitment can be checked, attested and revealed. */
  holdsSecret: Readonly<Record<CheckType, boolean>>;
}

export type CheckFacts = Pick<
  Row<"compliance_check">,
  "id" | "party_id" | "check_type" | "provider" | "status" | "reference_id"
>;

interface RoundFacts {
  round: number;
  /** A state, or `renewal`. */
  cause: string;
}

interface SignedFacts {
  sequence: bigint;
  statuses: readonly number[];
  /** Unix seconds. */
  validUntil: number;
  round: number;
}

export interface TransactionFacts {
  chainId: number;
  kind: Row<"chain_transaction">["kind"];
  subject: string;
  status: Row<"chain_transaction">["status"];
  blockNumber: bigint | null;
  createdAt: Date;
}
