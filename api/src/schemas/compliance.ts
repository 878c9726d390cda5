import { z } from "@hono/zod-openapi";
import { address, bytes32, time, uuid } from "./primitives.ts";

export const ComplianceCheckRead = z
  .strictObject({
    id: uuid,
    settlement_id: uuid,
    party_id: uuid,
    check_type: z.enum(["entity", "wallet"]),
    provider: z.string(),
    status: z.enum(["pending", "pass", "flagged", "fail", "error"]),
    reference_id: z.string().nullable().openapi({ description: "Null without settlements:write." }),
    risk_score: z.number().min(0).max(100).nullable().openapi({ description: "Null without settlements:write." }),
    matched_lists: z.array(z.string()).nullable().openapi({ description: "Null without settlements:write." }),
    decided_by: z.string().nullable(),
    decision_reason: z.string().nullable(),
    attestation: z
      .strictObject({ attester: address, tx_hash: bytes32, block: z.int() })
      .nullable()
      .openapi({ description: "The newest statement on chain that says this." }),
    created_at: time,
    updated_at: time,
  })
  .openapi("ComplianceCheckRead");

export const Compliance = z
  .strictObject({
    status: z.enum(["not_started", "pending", "flagged", "cleared", "failed"]),
    checks: z.array(ComplianceCheckRead).openapi({ description: "Of own parties only." }),
  })
  .openapi("Compliance");

export type ComplianceCheckRead = z.output<typeof ComplianceCheckRead>;
export type Compliance = z.output<typeof Compliance>;
