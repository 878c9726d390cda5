import { z } from "@hono/zod-openapi";
import { finality } from "./enums.ts";
import { pageOf } from "./page.ts";
import { bytes32, orNull, time, uuid } from "./primitives.ts";

export const ChainFact = z
  .strictObject({
    chain_id: z.int().openapi({ example: 11155111 }),
    block_number: z.int().openapi({ example: 6200000 }),
    block_hash: bytes32,
    tx_hash: bytes32,
    log_index: z.int().openapi({ example: 3 }),
    finality,
  })
  .openapi("ChainFact");

const sha256 = z.string().openapi({ pattern: "^[0-9a-f]{64}$", example: "4f".repeat(32) });

export const SettlementEventRead = z
  .strictObject({
    id: uuid,
    settlement_id: uuid,
    sequence: z.int().min(1).openapi({ example: 2 }),
    from_state: z.string().openapi({ example: "INSTRUCTED" }).nullable(),
    to_state: z.string().openapi({ example: "COMPLIANCE_CHECKING" }),
    gate: z.string().openapi({ example: "COMPLIANCE_CLEARED" }).nullable(),
    triggered_by: z.string().openapi({ example: "system:relayer" }).openapi({
      description: "system:matching, system:relayer, m2m:<environment>, user:<id>, admin:<id> or chain:<address>.",
    }),
    payload: z.record(z.string(), z.unknown()).nullable().openapi({ example: null }),
    chain: orNull(ChainFact).openapi({ description: "Null for the first event until the settlement is on chain." }),
    content_hash: sha256.openapi({
      description:
        "SHA-256 of the RFC 8785 form of {settlement_hash, sequence, from_state, to_state, gate, evidence_hash, previous_content_hash}.",
    }),
    previous_content_hash: sha256.nullable(),
    evidence_hash: bytes32.nullable(),
    created_at: time,
  })
  .openapi("SettlementEventRead");

export const SettlementEventPage = pageOf("SettlementEvent", SettlementEventRead);

export type SettlementEventRead = z.output<typeof SettlementEventRead>;
