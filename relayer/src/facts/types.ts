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
  /** Names of the states in which the parties are screened. */
  screeningStates: readonly string[];
  providers: Readonly<Record<CheckType, readonly string[]>>;
  coordinatorChainId: number;
  /** Per chain of the terms and the coordinator's: the indexed head. A chain that is not indexed yet is absent. */
  heads: ReadonlyMap<number, HeadFacts>;
  /** Null until the coordinator's chain has shown anything of it. */
  coordinator: CoordinatorFacts | null;
  /** Per chain that has a leg. */
  escrows: ReadonlyMap<number, EscrowFacts>;
  /** By leg index; null before the leg's first event. */
  legs: readonly (LegFacts | null)[];
  messages: readonly MessageFacts[];
  /** Newest statement at the registry of every attester that the terms name. */
  statements: readonly StatementFacts[];
  parties: readonly PartyFacts[];
  checks: readonly CheckFacts[];
  /** What our attester has signed so far, oldest first. */
  signed: readonly SignedFacts[];
  /** Our attester. */
  attester: Address;
  transactions: readonly TransactionFacts[];
}

export interface HeadFacts {
  number: bigint;
  /** Unix seconds. */
  timestamp: number;
  /** Confirmations until a fact of this chain is final for us. */
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
  "party_id" | "check_type" | "provider" | "status" | "reference_id"
>;

interface SignedFacts {
  sequence: bigint;
  statuses: readonly number[];
}

export interface TransactionFacts {
  chainId: number;
  kind: Row<"chain_transaction">["kind"];
  subject: string;
  status: Row<"chain_transaction">["status"];
  blockNumber: bigint | null;
  createdAt: Date;
}
