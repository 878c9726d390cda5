import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { ComplianceOverride, Intervention } from "../../schemas/admin/intervention.ts";
import { pathId } from "../../schemas/primitives.ts";
import { overrideCompliance as override } from "../../services/interventions/override-compliance.ts";
import { readConfirmation } from "../../services/interventions/read-confirmation.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const overrideCompliance = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "post",
    path: "/v1/admin/settlements/{settlement_id}/compliance-override",
    operationId: "overrideCompliance",
    tags: ["Interventions"],
    summary: "Decide all flagged checks of a settlement that nobody has decided",
    description: "KeyStone's attester says so. It lifts no Fail, and opens no gate where other attesters are needed.",
    middleware: jsonBody(),
    request: {
      params: z.object({ settlement_id: pathId }),
      body: { required: true, content: { "application/json": { schema: ComplianceOverride } } },
    },
    responses: {
      200: answer(Intervention, "What was asked for, and the indexed state"),
      ...problems.submitted("not_found", "not_awaiting_compliance_decision", "confirm_required", "reason_required"),
    },
  }),
  async (c) => {
    const { deps, adminCaller: caller } = c.var;
    const { settlement_id: settlementId } = c.req.valid("param");
    const input = c.req.valid("json");
    const request = { caller, settlementId, reason: readConfirmation(input), facts: requestFacts(c) };
    return c.json(await override(deps, request, input.decision), 200);
  },
);
