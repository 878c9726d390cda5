import { z } from "@hono/zod-openapi";
import { direction, feeMode, instructionStatus, legType, tokenStandard } from "./enums.ts";
import { pageOf } from "./page.ts";
import {
  address,
  addressInput,
  base,
  baseInput,
  bytes32,
  bytes32Input,
  chainId,
  decimal,
  decimalInput,
  idempotencyKey,
  optionalInput,
  orNull,
  slug,
  text,
  time,
  timeInput,
  uuid,
} from "./primitives.ts";

/** What is said of a party, wherever one is named. */
export const partyInput = {
  external_reference: text(1, 255).openapi({ description: "The platform's own id of the party." }),
  wallet_address: addressInput.openapi({ description: "The wallet that pays and is paid." }),
  name: text(1, 200).nullish().openapi({ description: "Screened, and shown to the counterparty." }),
  chain_id: chainId.nullish(),
  asset_provider: text(1, 100).nullish().openapi({ description: "Custodian's name, informational." }),
  wallet_commitment: optionalInput(bytes32Input, "string"),
  closing_wallet_commitment: optionalInput(bytes32Input, "string"),
};

/** What is said of a leg, wherever one is listed. */
export const legInput = {
  instrument_id: text(1, 255).openapi({
    description: "Alias of an instrument, or a token address.",
    example: "BOND-2026-A",
  }),
  quantity: decimalInput,
  direction,
  leg_type: z.enum(legType.options).nullish(),
  chain_id: chainId.nullish(),
  token_standard: z.enum(tokenStandard.options).nullish(),
  token_id: baseInput.nullish(),
  partition: optionalInput(bytes32Input, "string"),
  external_reference: text(0, 255).nullish(),
};

const InstructionPartyInput = z.strictObject(partyInput).openapi("InstructionPartyInput");
const InstructionLegInput = z.strictObject(legInput).openapi("InstructionLegInput");

/** The fields that make a trade a repo. */
export const repoInput = {
  settlement_category: text(1, 50).nullish().openapi({ description: "`repo_open` for a repo." }),
  maturity_at: optionalInput(timeInput, "string"),
  repayment_amount: optionalInput(decimalInput, "string", "number"),
  repo_rate: z.number().positive().nullish().openapi({ description: "Informational: it binds nobody." }),
};

export const InstructionCreate = z
  .strictObject({
    template_slug: text(1, 100).openapi({ example: "dvp-cross-chain" }),
    role: text(1, 100).openapi({ example: "seller" }),
    party: InstructionPartyInput,
    legs: z.array(InstructionLegInput).min(1).max(16),
    timeout_at: timeInput,
    idempotency_key: idempotencyKey.nullish().openapi({ description: "Required here or as header Idempotency-Key." }),
    trade_reference: text(1, 255)
      .nullish()
      .openapi({ description: "Null or absent for the first side: one is made. The second side sends it." }),
    counterparty_platform_slug: slug.nullish(),
    fee_mode: z.enum(feeMode.options).nullish(),
    ...repoInput,
  })
  .openapi("InstructionCreate", {
    example: {
      template_slug: "dvp-cross-chain",
      role: "seller",
      party: {
        external_reference: "desk-1",
        name: "Alpine Bond Desk",
        wallet_address: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
      },
      legs: [
        { instrument_id: "BOND-2026-A", quantity: "100", direction: "deliver" },
        { instrument_id: "USDC", quantity: "5000.25", direction: "receive" },
      ],
      timeout_at: "2026-04-01T12:00:00Z",
    },
  });

const InstructionParty = z
  .strictObject({
    external_reference: z.string().openapi({ example: "desk-1" }),
    wallet_address: address,
    name: z.string().openapi({ example: "Alpine Bond Desk" }).nullable(),
    chain_id: z.int().openapi({ example: 11155111 }).nullable(),
    asset_provider: z.string().openapi({ example: "acme-custody" }).nullable(),
    wallet_commitment: bytes32.nullable().openapi({ description: "As sent, else the one drawn at the match." }),
    closing_wallet_commitment: bytes32
      .nullable()
      .openapi({ description: "Of a repo: as sent, else the one drawn at the match." }),
  })
  .openapi("InstructionParty");

const InstructionLeg = z
  .strictObject({
    instrument_id: z.string().openapi({ example: "BOND-2026-A" }),
    quantity: decimal,
    direction,
    leg_type: orNull(legType),
    chain_id: z.int().openapi({ example: 11155111 }),
    token_address: address,
    token_standard: tokenStandard,
    token_id: base.nullable(),
    partition: bytes32.nullable(),
    decimals: z.int().openapi({ example: 18 }),
    amount: base.openapi({ description: "The quantity in base units." }),
    external_reference: z.string().openapi({ example: "desk-1" }).nullable(),
  })
  .openapi("InstructionLeg");

/** The fields whose difference kept two instructions apart, in the order in which they are compared. */
export const MATCH_FIELDS = [
  "template_slug",
  "role",
  "settlement_category",
  "legs.instrument_id",
  "legs.chain_id",
  "legs.token_standard",
  "legs.token_id",
  "legs.partition",
  "legs.quantity",
  "legs.direction",
  "legs",
  "fee_mode",
  "timeout_at",
  "maturity_at",
  "repayment_amount",
] as const;
export type MatchField = (typeof MATCH_FIELDS)[number];

export const InstructionRead = z
  .strictObject({
    id: uuid,
    idempotency_key: z.string().openapi({ example: "order-2026-0001" }),
    trade_reference: z.string().openapi({ example: "KS-2026-0001" }),
    template_slug: z.string().openapi({ example: "cross_platform_dvp" }).openapi({ description: "As sent." }),
    role: z.string().openapi({ example: "seller" }),
    status: instructionStatus,
    match_failure: z
      .strictObject({ field: z.enum(MATCH_FIELDS) })
      .nullable()
      .openapi({ description: "What kept this instruction from matching the oldest candidate under its reference." }),
    settlement_id: uuid.nullable(),
    party: InstructionParty,
    legs: z.array(InstructionLeg),
    open: z.boolean().openapi({ description: "True when no receive leg was listed." }),
    fee_mode: orNull(feeMode),
    counterparty_platform_slug: z.string().openapi({ example: "meridian" }).nullable(),
    settlement_category: z.string().openapi({ example: "repo_open" }).nullable(),
    maturity_at: time.nullable(),
    repayment_amount: decimal.nullable(),
    repo_rate: z.number().nullable(),
    timeout_at: time,
    expires_at: time,
    matched_at: time.nullable(),
    created_at: time,
    updated_at: time,
  })
  .openapi("InstructionRead");

export const InstructionPage = pageOf("Instruction", InstructionRead);

export type InstructionCreate = z.output<typeof InstructionCreate>;
export type InstructionPartyInput = z.output<typeof InstructionPartyInput>;
export type InstructionLegInput = z.output<typeof InstructionLegInput>;
export type InstructionRead = z.output<typeof InstructionRead>;
