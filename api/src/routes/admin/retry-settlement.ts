import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { Intervention, InterventionCreate } from "../../schemas/admin/intervention.ts";
import { pathId } from "../../schemas/primitives.ts";
import { readConfirmation } from "../../services/interventions/read-confirmation.ts";
import { requestRetry } from "../../services/interventions/request-retry.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const retrySettlement = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "post",
    path: "/v1/admin/settlements/{settlement_id}/retry",
    operationId: "retrySettlement",
    tags: ["Interventions"],
    summary: "Have the relayer try anew every step that is permitted",
    description:
      "Without waiting for what it has tried: screening, attestation, creation, advance, reveal, dispatch, release, timeout.",
    middleware: jsonBody(),
    request: {
      params: z.object({ settlement_id: pathId }),
      body: { required: true, content: { "application/json": { schema: InterventionCreate } } },
    },
    responses: {
      200: answer(Intervention, "What was asked for, and the indexed state"),
      ...problems.submitted("not_found", "settlement_terminal", "confirm_required", "reason_required"),
    },
  }),
  async (c) => {
    const { deps, adminCaller: caller } = c.var;
    const { settlement_id: settlementId } = c.req.valid("param");
    const input = c.req.valid("json");
    const request = { caller, settlementId, reason: readConfirmation(input), facts: requestFacts(c) };
    return c.json(await requestRetry(deps, request), 200);
  },
);
