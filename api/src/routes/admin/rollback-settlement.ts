import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { Intervention, InterventionCreate } from "../../schemas/admin/intervention.ts";
import { pathId } from "../../schemas/primitives.ts";
import { readConfirmation } from "../../services/interventions/read-confirmation.ts";
import { requestRollback } from "../../services/interventions/request-transition.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const rollbackSettlement = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "post",
    path: "/v1/admin/settlements/{settlement_id}/rollback",
    operationId: "rollbackSettlement",
    tags: ["Interventions"],
    summary: "Have the relayer roll a settlement back where the chain allows it",
    description: "A transition to ROLLED_BACK. One that is at an end already is left there.",
    middleware: jsonBody(),
    request: {
      params: z.object({ settlement_id: pathId }),
      body: { required: true, content: { "application/json": { schema: InterventionCreate } } },
    },
    responses: {
      200: answer(Intervention, "What was asked for, and the indexed state"),
      ...problems.submitted("not_found", "transition_not_allowed_on_chain", "confirm_required", "reason_required"),
    },
  }),
  async (c) => {
    const { deps, adminCaller: caller } = c.var;
    const { settlement_id: settlementId } = c.req.valid("param");
    const input = c.req.valid("json");
    const request = { caller, settlementId, reason: readConfirmation(input), facts: requestFacts(c) };
    return c.json(await requestRollback(deps, request), 200);
  },
);
