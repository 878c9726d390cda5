import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { period, Transitions } from "../../schemas/admin/settlement.ts";
import { getTransitions } from "../../services/admin/get-transitions.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getSettlementTransitions = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/settlements/transitions",
    operationId: "getSettlementTransitions",
    tags: ["Admin settlements"],
    summary: "Count the steps between states in a period",
    description: "By the time of the blocks, until now. The period is 1h unless said.",
    request: { query: z.strictObject({ period: period.optional() }) },
    responses: { 200: answer(Transitions, "Steps with their counts"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await getTransitions(c.var.deps, c.req.valid("query").period ?? "1h"), 200),
);
