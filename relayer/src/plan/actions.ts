import type { TransactionKind } from "@keystoneos/store";
import type { Hex } from "viem";
import type { CheckType, MessageFacts } from "../facts/types.ts";

/** A call to a contract, named; `act/draft.ts` knows the bytes. */
export type Call =
  | { name: "createSettlement" }
  /** Creation, the attestation of that sequence, and every step that then holds, in one transaction of the router. */
  | { name: "open"; sequence: bigint }
  | { name: "advance" }
  | { name: "timeout" }
  | { name: "dispatch"; target: number }
  /** `completesLock`: with this the escrow can lock, so the fee for reporting it goes along. */
  | { name: "reveal"; parties: readonly number[]; completesLock: boolean }
  | { name: "notifyLocked" }
  | { name: "notifyReleased" }
  | { name: "release" }
  | { name: "refundExpired" }
  | { name: "claim"; leg: number }
  /** `target` is a position in the ruleset's states. `manual`: only the operator may take the step. */
  | { name: "transition"; target: number; evidenceHash: Hex; manual: boolean; intentId: string }
  | { name: "attest"; sequence: bigint };

/** A transaction that should exist. (chain, settlement, kind, subject) names its effect: at most one of that name ever succeeds. */
export interface SendAction {
  type: "send";
  chainId: number;
  kind: TransactionKind;
  subject: string;
  call: Call;
}

export interface CheckName {
  id: string;
  partyId: string;
  checkType: CheckType;
  provider: string;
}

export type Action =
  | SendAction
  /** Have every check made anew; `cause` is the state that asks for it, or `renewal`. */
  | { type: "begin_round"; cause: string }
  | { type: "screen"; checks: readonly CheckName[] }
  /** Sign and store a new statement; sending it follows from its being stored. */
  | { type: "sign"; statuses: readonly number[]; sequence: bigint; round: number }
  /** A message is overdue: execute it if it is verified at its target, else make the call again that sent it. */
  | { type: "recover"; message: MessageFacts; again: SendAction | null }
  /** A step that an operator asks for. Where it is not `allowed` by what is indexed, the contract's refusal is its end. */
  | { type: "intervene"; intentId: string; send: SendAction; allowed: boolean }
  /** What an operator asked for is done. */
  | { type: "finish"; intentId: string }
  | { type: "forget_secrets" }
  | { type: "close" };
