import type { TermsJson } from "@keystoneos/protocol";
import type { Address, Hex } from "viem";

// What the demo reads of the API's answers. It is a client like any other and has no part in the server's own types.

export interface Instruction {
  id: string;
  trade_reference: string;
  status: "pending_match" | "matched" | "cancelled" | "expired";
  match_failure: { field: string } | null;
  settlement_id: string | null;
}

export interface Settlement {
  id: string;
  state: string;
  template_slug: string;
  settlement_hash: Hex;
  terms: TermsJson;
  timeout_at: string;
  deposit_deadline: string;
  legs: SettlementLeg[];
  compliance: { status: string };
  on_chain_state: string | null;
  on_chain: { finality: "pending" | "safe" | "finalized" } | null;
  maturity_at: string | null;
  /** Of a repo. */
  repo_metadata: { closing_settlement_id: string; closing_status: string } | null;
}

export interface SettlementLeg {
  leg_index: number;
  party_role: string;
  chain_id: number;
  token_address: Address;
  amount: string;
  status: string;
}

export interface DepositInfo {
  calldata: Hex | null;
  escrow_address: Address;
  chain_id: number;
  token_address: Address;
  deposit_amount: string;
  approval_calldata: Hex;
  depositor: Address;
  value: string;
  reveal: { chain_id: number; escrow_address: Address; calldata: Hex } | null;
  deadline: string;
}
