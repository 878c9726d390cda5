import type { Address, Hex } from "viem";
import type { GateName } from "../rulesets/types.ts";

export type FeeMode = "seller_pays" | "buyer_pays" | "split";

/** What happens off chain on entering a state. */
export interface TemplateAction {
  type: string;
  provider: string;
  resolution: string;
  timeout_seconds: number;
  params: Record<string, unknown>;
}

/** An edge of the state machine by names; complete and in the order of the ruleset. */
export interface TemplateEdge {
  from: string;
  to: string;
  gate: GateName;
}

/** A settlement template's configuration, as stored and as the API shows it. */
export interface TemplateConfig {
  states: string[];
  initial_state: string;
  terminal_states: string[];
  failure_states: string[];
  /** Derived from `on_chain.edges`: for every state with a way out, the states one step ahead in the order of `states`. */
  transitions: Record<string, { allowed_next: string[] }>;
  compliance: { recheck_at_states: string[]; entity_providers: string[]; wallet_providers: string[] };
  /** In the order in which parties enter the terms. */
  required_roles: string[];
  required_leg_types: ("asset_delivery" | "payment")[];
  actions: Record<string, TemplateAction>;
  /** `single`: all legs on one chain, which need not be the coordinator's. */
  chains: "single" | "any";
  /** What a trade may be beyond a plain one, and whether it has to be. */
  settlement_categories: string[];
  settlement_category_required: boolean;
  /** `bps` of each payment leg, 0 to 1000; `recipients` by chain id as a decimal string. */
  fees: { bps: number; default_mode: FeeMode; recipients: Record<string, Address> };
  on_chain: {
    ruleset_id: Hex;
    /** Ruleset of a repo's closing trade; null where the template has none. */
    closing_ruleset_id: Hex | null;
    edges: TemplateEdge[];
    attesters: Address[];
    threshold: number;
    operator: Address;
    external_attesters: boolean;
    message_margin_seconds: number;
  };
}
