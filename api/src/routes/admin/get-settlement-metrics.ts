import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { Metrics, period } from "../../schemas/admin/settlement.ts";
import { getMetrics } from "../../services/admin/get-metrics.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getSettlementMetrics = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/settlements/metrics",
    operationId: "getSettlementMetrics",
    tags: ["Admin settlements"],
    summary: "Measure what became of settlements in a period",
    description: "By the time of the blocks, until now. The period is 24h unless said.",
    request: { query: z.strictObject({ period: period.optional() }) },
    responses: { 200: answer(Metrics, "Throughput and funnel"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await getMetrics(c.var.deps, c.req.valid("query").period ?? "24h"), 200),
);
