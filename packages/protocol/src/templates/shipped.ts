import type { Deployment } from "../deployment/deployment.ts";
import { ProtocolError } from "../errors.ts";
import { rulesetId } from "../rulesets/codec.ts";
import { REPO_RULESET } from "../rulesets/repo.ts";
import { STANDARD_RULESET } from "../rulesets/standard.ts";
import { gateName, StateKind } from "../rulesets/types.ts";
import { deriveTransitions } from "./compile.ts";
import type { TemplateAction, TemplateConfig, TemplateEdge } from "./config.ts";

/** A template that every deployment brings along. */
export interface ShippedTemplate {
  slug: string;
  aliases: string[];
  name: string;
  description: string;
  config: TemplateConfig;
}

/** Basis points of `dvp-brokered` on each payment leg. */
export const BROKERED_FEE_BPS = 25;

/**
 * The templates shipped with a deployment, with its parameters filled in. Deterministic: equal deployments give equal templates.
 *
 * @throws ProtocolError `deployment_invalid` when a chain has no recipient for the brokered template's fees.
 */
export function shippedTemplates(deployment: Pick<Deployment, "chains" | "templates">): ShippedTemplate[] {
  const dvp = {
    required_roles: ["seller", "buyer"],
    required_leg_types: ["asset_delivery", "payment"],
  } satisfies Shape;
  return [
    {
      slug: "dvp-standard",
      aliases: ["dvp-bilateral"],
      name: "Delivery versus payment",
      description: "An asset against payment, all legs on one chain.",
      config: configure(deployment, { ...dvp, chains: "single", repo: "allowed" }),
    },
    {
      slug: "dvp-cross-chain",
      aliases: ["cross_platform_dvp", "cross-chain-dvp"],
      name: "Delivery versus payment across chains",
      description: "An asset against payment, each leg on its own chain.",
      config: configure(deployment, { ...dvp, chains: "any", repo: "allowed" }),
    },
    {
      slug: "repo-standard",
      aliases: [],
      name: "Repurchase agreement",
      description:
        "Securities against cash on any chains, and back at maturity: every trade is a repo_open with its closing.",
      config: configure(deployment, {
        required_roles: ["securities_provider", "cash_provider"],
        required_leg_types: ["asset_delivery", "payment"],
        chains: "any",
        repo: "required",
      }),
    },
    {
      slug: "dvp-brokered",
      aliases: [],
      name: "Brokered delivery versus payment",
      description: "An asset against payment on any chains, with a broker's fee out of each payment leg.",
      config: configure(deployment, {
        ...dvp,
        chains: "any",
        fees: { bps: BROKERED_FEE_BPS, default_mode: "seller_pays", recipients: feeRecipients(deployment) },
      }),
    },
    {
      slug: "pvp-standard",
      aliases: [],
      name: "Payment versus payment",
      description: "One payment against another, on any chains.",
      config: configure(deployment, {
        required_roles: ["party_a", "party_b"],
        required_leg_types: ["payment"],
        chains: "any",
      }),
    },
  ];
}

type Shape = Pick<TemplateConfig, "required_roles" | "required_leg_types">;

function configure(
  { templates }: Pick<Deployment, "templates">,
  own: Shape &
    Pick<TemplateConfig, "chains"> &
    Partial<Pick<TemplateConfig, "fees">> & { repo?: "allowed" | "required" },
): TemplateConfig {
  const states = STANDARD_RULESET.states.map((state) => state.name);
  const named = (kind: StateKind) => STANDARD_RULESET.states.filter((s) => s.kind === kind).map((s) => s.name);
  const edges = standardEdges();
  return {
    states,
    initial_state: "INSTRUCTED",
    terminal_states: named(StateKind.FINALIZED),
    failure_states: named(StateKind.FAILED),
    transitions: deriveTransitions(states, edges),
    compliance: {
      recheck_at_states: [],
      entity_providers: [...templates.entity_providers],
      wallet_providers: [...templates.wallet_providers],
    },
    required_roles: [...own.required_roles],
    required_leg_types: [...own.required_leg_types],
    actions: {
      COMPLIANCE_CHECKING: action("compliance_check", 600),
      COMPLIANCE_CLEARED: action("noop", 60),
      FINALIZED: action("finalize", 60),
    },
    chains: own.chains,
    settlement_categories: own.repo === undefined ? [] : ["repo_open"],
    settlement_category_required: own.repo === "required",
    fees: own.fees ?? { bps: 0, default_mode: "seller_pays", recipients: {} },
    on_chain: {
      ruleset_id: rulesetId(STANDARD_RULESET),
      closing_ruleset_id: own.repo === undefined ? null : rulesetId(REPO_RULESET),
      edges,
      attesters: [...templates.attesters],
      threshold: templates.threshold,
      operator: templates.operator,
      external_attesters: false,
      message_margin_seconds: templates.message_margin_seconds,
    },
  };
}

function standardEdges(): TemplateEdge[] {
  return STANDARD_RULESET.edges.map(({ from, to, gate }) => ({
    from: STANDARD_RULESET.states[from].name,
    to: STANDARD_RULESET.states[to].name,
    // Every gate of the standard ruleset has a name here.
    gate: gateName(gate) as TemplateEdge["gate"],
  }));
}

function action(type: string, timeout_seconds: number): TemplateAction {
  return { type, provider: "internal", resolution: "immediate", timeout_seconds, params: {} };
}

function feeRecipients({
  chains,
  templates,
}: Pick<Deployment, "chains" | "templates">): TemplateConfig["fees"]["recipients"] {
  const recipients: TemplateConfig["fees"]["recipients"] = {};
  for (const { chainId } of chains) {
    const recipient = templates.fee_recipients[String(chainId)];
    if (recipient === undefined) {
      throw new ProtocolError("deployment_invalid", "no recipient for the brokered template's fees", {
        field: `templates.fee_recipients.${chainId}`,
      });
    }
    recipients[chainId] = recipient;
  }
  return recipients;
}
