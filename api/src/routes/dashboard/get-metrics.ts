import { access } from "../../auth/access.ts";
import { DashboardMetrics } from "../../schemas/dashboard.ts";
import { getMetrics as get } from "../../services/dashboard/get-metrics.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getMetrics = operation(
  access("environment", ["m2m", "user"], "settlements:read"),
  createRoute({
    method: "get",
    path: "/v1/dashboard/metrics",
    operationId: "getDashboardMetrics",
    tags: ["Dashboard"],
    summary: "Count an environment's settlements, checks and recent activity",
    responses: { 200: answer(DashboardMetrics, "The counts"), ...problems.secured() },
  }),
  async (c) => c.json(await get(c.var.deps, c.var.caller), 200),
);
