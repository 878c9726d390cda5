import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { EnvironmentRead, EnvironmentUpdate } from "../../schemas/environment.ts";
import { pathId } from "../../schemas/primitives.ts";
import { updateEnvironment as update } from "../../services/environments/update-environment.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const updateEnvironment = operation(
  access("platform", ["m2m", "user"], "platform:environments:manage"),
  createRoute({
    method: "patch",
    path: "/v1/platforms/me/environments/{env_id}",
    operationId: "updateEnvironment",
    tags: ["Environments"],
    summary: "Change an environment",
    middleware: jsonBody(),
    request: {
      params: z.object({ env_id: pathId }),
      body: { required: true, content: { "application/json": { schema: EnvironmentUpdate } } },
    },
    responses: {
      200: answer(EnvironmentRead, "The environment"),
      ...problems.submitted("not_found", "webhook_url_forbidden", "endpoint_limit_reached"),
    },
  }),
  async (c) => {
    const { deps, platformCaller } = c.var;
    const { env_id } = c.req.valid("param");
    return c.json(await update(deps, platformCaller, env_id, c.req.valid("json"), requestFacts(c)), 200);
  },
);
