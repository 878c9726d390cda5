import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { EnvironmentRead } from "../../schemas/environment.ts";
import { pathId } from "../../schemas/primitives.ts";
import { getEnvironment as get } from "../../services/environments/get-environment.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getEnvironment = operation(
  access("platform", ["m2m", "user"], "platform:read"),
  createRoute({
    method: "get",
    path: "/v1/platforms/me/environments/{env_id}",
    operationId: "getEnvironment",
    tags: ["Environments"],
    summary: "Get an environment",
    request: { params: z.object({ env_id: pathId }) },
    responses: { 200: answer(EnvironmentRead, "The environment"), ...problems.secured("not_found") },
  }),
  async (c) => c.json(await get(c.var.deps, c.var.platformCaller, c.req.valid("param").env_id), 200),
);
