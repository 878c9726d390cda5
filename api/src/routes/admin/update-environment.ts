import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { AdminEnvironmentUpdate, EnvironmentRead } from "../../schemas/environment.ts";
import { pathId } from "../../schemas/primitives.ts";
import { updateAdminEnvironment as update } from "../../services/admin/update-environment.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const updateAdminEnvironment = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "patch",
    path: "/v1/admin/environments/{env_id}",
    operationId: "updateAdminEnvironment",
    tags: ["Admin platforms"],
    summary: "Change any environment, its rate among the rest",
    middleware: jsonBody(),
    request: {
      params: z.object({ env_id: pathId }),
      body: { required: true, content: { "application/json": { schema: AdminEnvironmentUpdate } } },
    },
    responses: {
      200: answer(EnvironmentRead, "The environment"),
      ...problems.submitted("not_found", "endpoint_limit_reached", "reason_required", "webhook_url_forbidden"),
    },
  }),
  async (c) => {
    const { deps, adminCaller } = c.var;
    const { env_id } = c.req.valid("param");
    return c.json(await update(deps, adminCaller, env_id, c.req.valid("json"), requestFacts(c)), 200);
  },
);
