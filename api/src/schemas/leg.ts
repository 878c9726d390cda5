import { z } from "@hono/zod-openapi";
import { legStatus, legType, tokenStandard } from "./enums.ts";
import { address, base, bytes32, decimal, hex, time, uuid } from "./primitives.ts";

export const LegRead = z
  .strictObject({
    id: uuid,
    settlement_id: uuid,
    leg_index: z.int(),
    leg_type: legType,
    instrument_id: z.string().openapi({ example: "BOND-2026-A" }),
    quantity: decimal,
    direction: z.literal("deliver"),
    party_role: z.string().openapi({ example: "seller" }).openapi({ description: "Who deposits." }),
    counterparty_role: z.string().openapi({ example: "buyer" }).openapi({ description: "Who receives." }),
    chain_id: z.int().openapi({ example: 11155111 }),
    escrow_address: address,
    token_address: address,
    token_standard: tokenStandard,
    token_id: base.nullable(),
    partition: bytes32.nullable(),
    decimals: z.int().openapi({ example: 18 }),
    amount: base.openapi({ description: "Base units to deposit, fees included." }),
    fees: z.array(z.strictObject({ recipient: address, amount: base })),
    depositor_commitment: bytes32,
    recipient_commitment: bytes32,
    deposit_key: bytes32.openapi({ description: "The depositor commitment." }),
    deposit_secret: bytes32
      .nullable()
      .openapi({ description: "Opens the deposit key; own legs in AWAITING_DEPOSITS only, with settlements:write." }),
    status: legStatus,
    claimable_reason: hex.nullable(),
    depositor: address.nullable(),
    recipient: address.nullable(),
    deposit_tx_hash: bytes32.nullable(),
    release_tx_hash: bytes32.nullable(),
    external_reference: z
      .string()
      .openapi({ example: "desk-1" })
      .nullable()
      .openapi({ description: "The depositing side's own." }),
    created_at: time,
    updated_at: time,
  })
  .openapi("LegRead");

export type LegRead = z.output<typeof LegRead>;
