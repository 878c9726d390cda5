import { z } from "@hono/zod-openapi";
import { feeMode, legType } from "./enums.ts";
import { pageOf } from "./page.ts";
import { address, bytes32, time, uuid } from "./primitives.ts";

const ActionConfig = z
  .strictObject({
    type: z.enum(["compliance_check", "noop", "finalize"]),
    provider: z.string().openapi({ example: "sanctions_list" }),
    resolution: z.enum(["immediate", "webhook", "poll", "manual"]),
    timeout_seconds: z.int().openapi({ example: 3600 }),
    params: z.record(z.string(), z.unknown()).openapi({ example: {} }),
  })
  .openapi("ActionConfig");

const OnChainConfig = z
  .strictObject({
    ruleset_id: bytes32,
    closing_ruleset_id: bytes32.nullable(),
    edges: z.array(
      z.strictObject({
        from: z.string().openapi({ example: "INSTRUCTED" }),
        to: z.string().openapi({ example: "COMPLIANCE_CHECKING" }),
        gate: z.string().openapi({ example: "COMPLIANCE_CLEARED" }),
      }),
    ),
    attesters: z.array(address),
    threshold: z.int().openapi({ example: 1 }),
    operator: address,
    external_attesters: z.boolean(),
    message_margin_seconds: z.int().openapi({ example: 900 }),
  })
  .openapi("OnChainConfig");

const TemplateConfig = z
  .strictObject({
    states: z.array(z.string().openapi({ example: "INSTRUCTED" })),
    initial_state: z.string().openapi({ example: "INSTRUCTED" }),
    terminal_states: z.array(z.string().openapi({ example: "FINALIZED" })),
    failure_states: z.array(z.string().openapi({ example: "ROLLED_BACK" })),
    transitions: z.record(z.string(), z.strictObject({ allowed_next: z.array(z.string()) })).openapi({
      example: { INSTRUCTED: { allowed_next: ["COMPLIANCE_CHECKING", "ROLLED_BACK", "TIMED_OUT"] } },
    }),
    compliance: z.strictObject({
      recheck_at_states: z.array(z.string().openapi({ example: "AWAITING_DEPOSITS" })),
      entity_providers: z.array(z.string().openapi({ example: "sanctions_list" })),
      wallet_providers: z.array(z.string().openapi({ example: "sanctions_list" })),
    }),
    required_roles: z.array(z.string().openapi({ example: "seller" })),
    required_leg_types: z.array(legType),
    actions: z.record(z.string(), ActionConfig).openapi({
      example: {
        COMPLIANCE_CHECKING: {
          type: "compliance_check",
          provider: "sanctions_list",
          resolution: "poll",
          timeout_seconds: 3600,
          params: {},
        },
      },
    }),
    chains: z.enum(["single", "any"]),
    settlement_categories: z.array(z.string().openapi({ example: "repo_open" })),
    settlement_category_required: z
      .boolean()
      .openapi({ description: "Whether every trade is of one of these categories." }),
    fees: z.strictObject({
      bps: z.int(),
      default_mode: feeMode,
      recipients: z
        .record(z.string(), address)
        .openapi({ example: { "11155111": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8" } }),
    }),
    on_chain: OnChainConfig,
  })
  .openapi("TemplateConfig");

export const SettlementTemplateRead = z
  .strictObject({
    id: uuid,
    slug: z.string().openapi({ example: "dvp-cross-chain" }),
    aliases: z.array(z.string().openapi({ example: "cross_platform_dvp" })),
    name: z.string().openapi({ example: "Delivery versus payment across chains" }),
    description: z
      .string()
      .openapi({ example: "Asset and payment on two chains, each delivered or both returned." })
      .nullable(),
    config: TemplateConfig,
    version: z.int().openapi({ example: 1 }),
    is_active: z.boolean(),
    created_at: time,
    updated_at: time,
  })
  .openapi("SettlementTemplateRead");

export const SettlementTemplatePage = pageOf("SettlementTemplate", SettlementTemplateRead);

export type SettlementTemplateRead = z.output<typeof SettlementTemplateRead>;
