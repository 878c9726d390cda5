import { z } from "@hono/zod-openapi";
import { Compliance } from "./compliance.ts";
import { feeMode, finality, settlementState, settlementType, verdict } from "./enums.ts";
import { LegRead } from "./leg.ts";
import { pageOf } from "./page.ts";
import { PartyRead } from "./party.ts";
import { address, bytes32, decimal, orNull, time, uuid } from "./primitives.ts";
import { Terms } from "./terms.ts";

const NextTransition = z
  .strictObject({
    target: settlementState,
    gate: z.string().openapi({ example: "COMPLIANCE_CLEARED" }),
    satisfied: z.boolean(),
  })
  .openapi("NextTransition");

const OnChain = z
  .strictObject({
    state: z.string().openapi({ example: "COMPLIANCE_CHECKING" }),
    verdict,
    block_number: z.int().openapi({ example: 6200000 }),
    block_hash: bytes32,
    tx_hash: bytes32,
    confirmations: z.int().openapi({ example: 12 }),
    finality,
  })
  .openapi("OnChain");

const SettlementChain = z
  .strictObject({
    chain_id: z.int().openapi({ example: 11155111 }),
    escrow_address: address.nullable().openapi({ description: "Null where the terms have no leg." }),
    locked: z.boolean(),
    verdict,
    indexed_block: z.int().openapi({ example: 6200012 }),
    confirmations: z
      .int()
      .openapi({ example: 12 })
      .openapi({ description: "Of the newest event of this settlement on the chain." }),
    finality,
  })
  .openapi("SettlementChain");

const SettlementTransaction = z
  .strictObject({
    chain_id: z.int().openapi({ example: 11155111 }),
    hash: bytes32.nullable(),
    block_number: z.int().openapi({ example: 6200000 }).nullable(),
    kind: z.enum([
      "create",
      "attest",
      "advance",
      "deposit",
      "reveal",
      "notify_locked",
      "notify_released",
      "dispatch",
      "receive_message",
      "release",
      "claim",
      "refund",
      "timeout",
      "cancel",
      "manual",
    ]),
    status: z.enum(["queued", "submitted", "pending", "safe", "finalized", "failed"]),
    intent_id: uuid.nullable(),
    created_at: time,
  })
  .openapi("SettlementTransaction");

const RepoMetadata = z
  .strictObject({
    repo_rate: z.number().nullable().openapi({ description: "The caller side's own word." }),
    repayment_amount: decimal,
    closing_settlement_id: uuid.nullable().openapi({ description: "The closing of the repo, on both of its halves." }),
    closing_status: z.enum(["scheduled", "open", "finalized", "rolled_back", "timed_out", "void"]).openapi({
      description: "void: the opening has ended without being finalized, so the closing can never open.",
    }),
  })
  .openapi("RepoMetadata");

export const SettlementRead = z
  .strictObject({
    id: uuid,
    platform_id: uuid,
    environment_id: uuid,
    idempotency_key: z
      .string()
      .openapi({ example: "order-2026-0001" })
      .nullable()
      .openapi({ description: "The caller side's own." }),
    external_reference: z
      .string()
      .openapi({ example: "desk-1" })
      .nullable()
      .openapi({ description: "The caller side's own." }),
    trade_reference: z.string().openapi({ example: "KS-2026-0001" }).nullable(),
    template_id: uuid,
    template_slug: z.string().openapi({ example: "cross_platform_dvp" }),
    template_version: z.int().openapi({ example: 1 }),
    settlement_type: settlementType,
    settlement_category: z.enum(["repo_open", "repo_close"]).nullable(),
    state: settlementState,
    next_transitions: z.array(NextTransition).openapi({ description: "From the indexed state." }),
    parties: z.array(PartyRead),
    legs: z.array(LegRead).openapi({ description: "In on-chain order." }),
    timeout_at: time,
    deposit_deadline: time,
    created_at: time,
    updated_at: time,
    fee_mode: feeMode,
    parent_settlement_id: uuid.nullable(),
    maturity_at: time.nullable(),
    repo_metadata: orNull(RepoMetadata),
    compliance: Compliance,
    settlement_hash: bytes32.openapi({ description: "The on-chain settlement id: EIP-712 digest of terms." }),
    ruleset_id: bytes32,
    coordinator: z.strictObject({ chain_id: z.int().openapi({ example: 11155111 }), address }),
    terms: Terms,
    on_chain_state: z.string().openapi({ example: "COMPLIANCE_CHECKING" }).nullable(),
    on_chain: orNull(OnChain).openapi({ description: "Null until indexed." }),
    chains: z.array(SettlementChain),
    transactions: z.array(SettlementTransaction),
  })
  .openapi("SettlementRead");

export const SettlementPage = pageOf("Settlement", SettlementRead);

export type SettlementRead = z.output<typeof SettlementRead>;
