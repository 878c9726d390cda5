import { z } from "@hono/zod-openapi";
import type { Access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { ComplianceDecision } from "../../schemas/compliance.ts";
import { pathId } from "../../schemas/primitives.ts";
import { SettlementRead } from "../../schemas/settlement.ts";
import { decideCompliance as decide } from "../../services/compliance/decide-compliance.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

const deciders: Access = {
  on: "environment",
  callers: { m2m: ["settlements:write"], user: ["compliance:decide"] },
};

export const decideCompliance = operation(
  deciders,
  createRoute({
    method: "post",
    path: "/v1/settlements/{settlement_id}/compliance-decision",
    operationId: "decideCompliance",
    tags: ["Compliance"],
    summary: "Decide the flagged checks of own parties",
    description:
      "Decides every flagged check of own parties that nobody has decided. The decision is attested on chain; the state in the answer is still the indexed one.",
    middleware: jsonBody(),
    request: {
      params: z.object({ settlement_id: pathId }),
      body: { required: true, content: { "application/json": { schema: ComplianceDecision } } },
    },
    responses: {
      200: answer(SettlementRead, "The settlement, its checks decided"),
      ...problems.submitted("not_found", "not_awaiting_compliance_decision", "reason_required"),
    },
  }),
  async (c) => {
    const { settlement_id } = c.req.valid("param");
    const settlement = await decide(c.var.deps, c.var.caller, settlement_id, c.req.valid("json"), requestFacts(c));
    return c.json(settlement, 200);
  },
);
