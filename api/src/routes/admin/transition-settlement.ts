import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { Intervention, TransitionCreate } from "../../schemas/admin/intervention.ts";
import { pathId } from "../../schemas/primitives.ts";
import { readConfirmation } from "../../services/interventions/read-confirmation.ts";
import { requestTransition } from "../../services/interventions/request-transition.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const transitionSettlement = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "post",
    path: "/v1/admin/settlements/{settlement_id}/transition",
    operationId: "transitionSettlement",
    tags: ["Interventions"],
    summary: "Have the relayer take a step along an edge that the chain allows",
    description:
      "Only where a gate is open, or by a MANUAL edge as the operator. The state changes when the chain shows it.",
    middleware: jsonBody(),
    request: {
      params: z.object({ settlement_id: pathId }),
      body: { required: true, content: { "application/json": { schema: TransitionCreate } } },
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
    return c.json(await requestTransition(deps, request, input.target_state), 200);
  },
);
