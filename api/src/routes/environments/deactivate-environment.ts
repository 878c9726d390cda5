import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { EnvironmentRead } from "../../schemas/environment.ts";
import { pathId } from "../../schemas/primitives.ts";
import { updateEnvironment as update } from "../../services/environments/update-environment.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const deactivateEnvironment = operation(
  access("platform", ["m2m", "user"], "platform:environments:manage"),
  createRoute({
    method: "delete",
    path: "/v1/platforms/me/environments/{env_id}",
    operationId: "deactivateEnvironment",
    tags: ["Environments"],
    summary: "Deactivate an environment",
    description: "Its data stays, its tokens are refused, its running settlements go on. PATCH reactivates it.",
    request: { params: z.object({ env_id: pathId }) },
    responses: { 200: answer(EnvironmentRead, "The environment, inactive"), ...problems.secured("not_found") },
  }),
  async (c) => {
    const { deps, platformCaller } = c.var;
    const { env_id } = c.req.valid("param");
    return c.json(await update(deps, platformCaller, env_id, { is_active: false }, requestFacts(c)), 200);
  },
);
