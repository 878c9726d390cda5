import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { ProviderHealth } from "../../schemas/admin/provider-health.ts";
import { getProviderHealth as get } from "../../services/admin/get-provider-health.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getProviderHealth = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/providers/{provider_name}/health",
    operationId: "getProviderHealth",
    tags: ["Admin providers"],
    summary: "Read how one screening provider does",
    request: { params: z.object({ provider_name: z.string() }) },
    responses: { 200: answer(ProviderHealth, "Its circuit"), ...problems.secured("not_found") },
  }),
  async (c) => c.json(await get(c.var.deps, c.req.valid("param").provider_name), 200),
);
