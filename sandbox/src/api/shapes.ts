import type { TermsJson } from "@keystoneos/protocol";
import type { Address, Hex } from "viem";
import { z } from "zod";

// What the sandbox reads of the API's answers. It is a client like any other and has no part in the server's own types; fields that
// it does not read may come and go.

const address = z.custom<Address>((value) => typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value));
const hex = z.custom<Hex>((value) => typeof value === "string" && /^0x([0-9a-f]{2})*$/.test(value));
const base = z.string().regex(/^(0|[1-9][0-9]{0,77})$/);

const instructionLeg = z.object({
  quantity: z.string(),
  direction: z.enum(["deliver", "receive"]),
  leg_type: z.enum(["asset_delivery", "payment"]).nullable(),
  chain_id: z.int(),
  token_address: address,
  token_standard: z.string(),
  token_id: base.nullable(),
  partition: hex.nullable(),
  decimals: z.int(),
});

export const instruction = z.object({
  id: z.string(),
  trade_reference: z.string(),
  template_slug: z.string(),
  role: z.string(),
  status: z.enum(["pending_match", "matched", "cancelled", "expired"]),
  match_failure: z.object({ field: z.string() }).nullable(),
  settlement_id: z.string().nullable(),
  party: z.object({ external_reference: z.string() }),
  legs: z.array(instructionLeg),
  open: z.boolean(),
  fee_mode: z.string().nullable(),
  counterparty_platform_slug: z.string().nullable(),
  settlement_category: z.string().nullable(),
  maturity_at: z.string().nullable(),
  repayment_amount: z.string().nullable(),
  repo_rate: z.number().nullable(),
  timeout_at: z.string(),
});

export const settlement = z.object({
  id: z.string(),
  /** The caller side's own; null on the way back of a repo. */
  idempotency_key: z.string().nullable(),
  state: z.string(),
  settlement_hash: hex,
  terms: z.custom<TermsJson>((value) => typeof value === "object" && value !== null),
  timeout_at: z.string(),
  deposit_deadline: z.string(),
  parties: z.array(z.object({ role: z.string(), external_reference: z.string().nullable() })),
  legs: z.array(
    z.object({
      leg_index: z.int(),
      party_role: z.string(),
      chain_id: z.int(),
      token_address: address,
      token_standard: z.string(),
      decimals: z.int(),
      amount: base,
      status: z.string(),
      deposit_tx_hash: hex.nullable(),
    }),
  ),
  compliance: z.object({ status: z.string(), checks: z.array(z.object({ status: z.string() })) }),
});

export const depositInfo = z.object({
  calldata: hex.nullable(),
  escrow_address: address,
  token_address: address,
  approval_calldata: hex,
  value: base,
  reveal: z.object({ chain_id: z.int(), escrow_address: address, calldata: hex }).nullable(),
});

export const instrument = z.object({
  alias: z.string(),
  chain_id: z.int(),
  token_address: address,
  token_standard: z.string(),
  decimals: z.int(),
  leg_type: z.enum(["asset_delivery", "payment"]).nullable(),
  environment_id: z.string().nullable(),
});

export const template = z.object({
  slug: z.string(),
  aliases: z.array(z.string()),
  config: z.object({ required_roles: z.array(z.string()) }),
});

export const platform = z.object({ slug: z.string() });

export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

export type Instruction = z.output<typeof instruction>;
export type InstructionLeg = Instruction["legs"][number];
export type Settlement = z.output<typeof settlement>;
export type SettlementLeg = Settlement["legs"][number];
export type DepositInfo = z.output<typeof depositInfo>;
export type Instrument = z.output<typeof instrument>;
