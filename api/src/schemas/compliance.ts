import { z } from "@hono/zod-openapi";
import { pageOf } from "./page.ts";
import { address, bytes32, text, time, uuid } from "./primitives.ts";

export const checkType = z.enum(["entity", "wallet"]).openapi("CheckType");
export const checkStatus = z.enum(["pending", "pass", "flagged", "fail", "error"]).openapi("CheckStatus", {
  description: "Of the present round of screening: `pending` and `error` are still to be made.",
});

const SENSITIVE = "Null for users without compliance:decide and for machines without settlements:write.";

export const ComplianceCheckRead = z
  .strictObject({
    id: uuid,
    settlement_id: uuid,
    party_id: uuid,
    check_type: checkType,
    provider: z.string().openapi({ example: "sanctions_list" }),
    status: checkStatus,
    reference_id: z.string().openapi({ example: "SDN-12345" }).nullable().openapi({ description: SENSITIVE }),
    risk_score: z.number().min(0).max(100).nullable().openapi({ description: SENSITIVE }),
    matched_lists: z
      .array(z.string().openapi({ example: "OFAC SDN" }))
      .nullable()
      .openapi({ description: SENSITIVE }),
    decided_by: z.string().nullable().openapi({
      example: "user:auth0|5f7c8ec7c33c6c004bbafe82",
      description: "`m2m:<environment id>`, `user:<id>` or `admin:<id>`; null while nobody has decided.",
    }),
    decision_reason: z.string().openapi({ example: "Another person of the same name" }).nullable(),
    attestation: z
      .strictObject({ attester: address, tx_hash: bytes32, block: z.int().openapi({ example: 6200000 }) })
      .nullable()
      .openapi({ description: "The newest statement on chain that says this." }),
    created_at: time,
    updated_at: time,
  })
  .openapi("ComplianceCheckRead");

export const ComplianceCheckPage = pageOf("ComplianceCheck", ComplianceCheckRead);

export const ComplianceDecision = z
  .strictObject({
    decision: z.enum(["approve", "reject"]).openapi({
      description: "Approve records and attests a pass, reject a fail, which ends the settlement.",
    }),
    reason: text(1, 2000).nullish().openapi({ description: "Required from users." }),
  })
  .openapi("ComplianceDecision");

export const Compliance = z
  .strictObject({
    status: z.enum(["not_started", "pending", "flagged", "cleared", "failed"]),
    checks: z.array(ComplianceCheckRead).openapi({ description: "Of own parties only." }),
  })
  .openapi("Compliance");

export type ComplianceCheckRead = z.output<typeof ComplianceCheckRead>;
export type ComplianceDecision = z.output<typeof ComplianceDecision>;
export type Compliance = z.output<typeof Compliance>;
