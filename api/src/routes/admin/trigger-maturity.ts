import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { Intervention, InterventionCreate } from "../../schemas/admin/intervention.ts";
import { pathId } from "../../schemas/primitives.ts";
import { readConfirmation } from "../../services/interventions/read-confirmation.ts";
import { requestMaturity } from "../../services/interventions/request-maturity.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const triggerMaturity = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "post",
    path: "/v1/admin/settlements/{settlement_id}/trigger-maturity",
    operationId: "triggerMaturity",
    tags: ["Interventions"],
    summary: "Have a repo's closing opened",
    description:
      "By the id of the opening or of the closing. At maturity it is tried anew; before only where the ruleset lets the operator.",
    middleware: jsonBody(),
    request: {
      params: z.object({ settlement_id: pathId }),
      body: { required: true, content: { "application/json": { schema: InterventionCreate } } },
    },
    responses: {
      200: answer(Intervention, "What was asked for, and the indexed state"),
      ...problems.submitted(
        "not_found",
        "settlement_terminal",
        "transition_not_allowed_on_chain",
        "confirm_required",
        "reason_required",
      ),
    },
  }),
  async (c) => {
    const { deps, adminCaller: caller } = c.var;
    const { settlement_id: settlementId } = c.req.valid("param");
    const input = c.req.valid("json");
    const request = { caller, settlementId, reason: readConfirmation(input), facts: requestFacts(c) };
    return c.json(await requestMaturity(deps, request), 200);
  },
);
