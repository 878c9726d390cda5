import { access } from "../../auth/access.ts";
import { ProvidersHealth } from "../../schemas/admin/provider-health.ts";
import { getProvidersHealth as get } from "../../services/admin/get-provider-health.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getProvidersHealth = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/providers/health",
    operationId: "getProvidersHealth",
    tags: ["Admin providers"],
    summary: "Read how the screening providers do",
    responses: { 200: answer(ProvidersHealth, "Every provider's circuit"), ...problems.secured() },
  }),
  async (c) => c.json(await get(c.var.deps), 200),
);
