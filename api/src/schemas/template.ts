import { z } from "@hono/zod-openapi";
import { feeMode, legType } from "./enums.ts";
import { pageOf } from "./page.ts";
import { address, bytes32, time, uuid } from "./primitives.ts";

const ActionConfig = z
  .strictObject({
    type: z.enum(["compliance_check", "noop", "finalize"]),
    provider: z.string(),
    resolution: z.enum(["immediate", "webhook", "poll", "manual"]),
    timeout_seconds: z.int(),
    params: z.record(z.string(), z.unknown()),
  })
  .openapi("ActionConfig");

const OnChainConfig = z
  .strictObject({
    ruleset_id: bytes32,
    closing_ruleset_id: bytes32.nullable(),
    edges: z.array(z.strictObject({ from: z.string(), to: z.string(), gate: z.string() })),
    attesters: z.array(address),
    threshold: z.int(),
    operator: address,
    external_attesters: z.boolean(),
    message_margin_seconds: z.int(),
  })
  .openapi("OnChainConfig");

const TemplateConfig = z
  .strictObject({
    states: z.array(z.string()),
    initial_state: z.string(),
    terminal_states: z.array(z.string()),
    failure_states: z.array(z.string()),
    transitions: z.record(z.string(), z.strictObject({ allowed_next: z.array(z.string()) })),
    compliance: z.strictObject({
      recheck_at_states: z.array(z.string()),
      entity_providers: z.array(z.string()),
      wallet_providers: z.array(z.string()),
    }),
    required_roles: z.array(z.string()),
    required_leg_types: z.array(legType),
    actions: z.record(z.string(), ActionConfig),
    chains: z.enum(["single", "any"]),
    settlement_categories: z.array(z.string()),
    settlement_category_required: z
      .boolean()
      .openapi({ description: "Whether every trade is of one of these categories." }),
    fees: z.strictObject({ bps: z.int(), default_mode: feeMode, recipients: z.record(z.string(), address) }),
    on_chain: OnChainConfig,
  })
  .openapi("TemplateConfig");

export const SettlementTemplateRead = z
  .strictObject({
    id: uuid,
    slug: z.string(),
    aliases: z.array(z.string()),
    name: z.string(),
    description: z.string().nullable(),
    config: TemplateConfig,
    version: z.int(),
    is_active: z.boolean(),
    created_at: time,
    updated_at: time,
  })
  .openapi("SettlementTemplateRead");

export const SettlementTemplatePage = pageOf("SettlementTemplate", SettlementTemplateRead);

export type SettlementTemplateRead = z.output<typeof SettlementTemplateRead>;
