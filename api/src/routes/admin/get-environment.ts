import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { EnvironmentRead } from "../../schemas/environment.ts";
import { pathId } from "../../schemas/primitives.ts";
import { findEnvironment, renderEnvironment } from "../../services/environments/select-environment.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getAdminEnvironment = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/environments/{env_id}",
    operationId: "getAdminEnvironment",
    tags: ["Admin platforms"],
    summary: "Read any environment",
    request: { params: z.object({ env_id: pathId }) },
    responses: { 200: answer(EnvironmentRead, "The environment"), ...problems.secured("not_found") },
  }),
  async (c) => {
    const row = await findEnvironment(c.var.deps.db, null, c.req.valid("param").env_id);
    return c.json(renderEnvironment(row), 200);
  },
);
