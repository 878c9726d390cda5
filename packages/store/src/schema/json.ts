import type { Address, Hex } from "viem";

/** Terms as stored in jsonb and shown by the API: Solidity field names; integers above 2^53 as decimal strings. */
export interface TermsJson {
  ref: Hex;
  chainId: string;
  coordinator: Address;
  ruleset: Hex;
  parties: Hex[];
  legs: LegJson[];
  depositDeadline: number | string;
  settleDeadline: number | string;
  attesters: Address[];
  threshold: number;
  operator: Address;
  parent: Hex;
  notBefore: number | string;
}

export interface LegJson {
  chainId: string;
  escrow: Address;
  token: Address;
  standard: number;
  tokenId: string;
  amount: string;
  partition: Hex;
  from: number;
  to: number;
  fees: { recipient: Address; amount: string }[];
}

export interface ActionConfig {
  type: "compliance_check" | "noop" | "finalize";
  provider: string;
  resolution: "immediate" | "webhook" | "poll" | "manual";
  timeout_seconds: number;
  params: Record<string, unknown>;
}

/** The configuration of a template version. */
export interface TemplateConfig {
  states: string[];
  initial_state: string;
  terminal_states: string[];
  failure_states: string[];
  transitions: Record<string, { allowed_next: string[] }>;
  compliance: { recheck_at_states: string[]; entity_providers: string[]; wallet_providers: string[] };
  required_roles: string[];
  required_leg_types: ("asset_delivery" | "payment")[];
  actions: Record<string, ActionConfig>;
  chains: "single" | "any";
  settlement_categories: string[];
  fees: { bps: number; default_mode: "seller_pays" | "buyer_pays" | "split"; recipients: Record<string, Address> };
  on_chain: {
    ruleset_id: Hex;
    closing_ruleset_id: Hex | null;
    edges: { from: string; to: string; gate: string }[];
    attesters: Address[];
    threshold: number;
    operator: Address;
    external_attesters: boolean;
    message_margin_seconds: number;
  };
}
