import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { EnvironmentPage } from "../../schemas/environment.ts";
import { pageQuery } from "../../schemas/page.ts";
import { pathId } from "../../schemas/primitives.ts";
import { listEnvironments } from "../../services/environments/list-environments.ts";
import { findPlatform } from "../../services/platforms/select-platform.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listAdminEnvironments = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/platforms/{platform_id}/environments",
    operationId: "listAdminEnvironments",
    tags: ["Admin platforms"],
    summary: "List the environments of any platform, active or not, newest first",
    request: { params: z.object({ platform_id: pathId }), query: pageQuery({}) },
    responses: {
      200: answer(EnvironmentPage, "A page of environments"),
      ...problems.secured("not_found", "validation_error"),
    },
  }),
  async (c) => {
    const { deps } = c.var;
    const { id } = await findPlatform(deps.db, c.req.valid("param").platform_id);
    return c.json(await listEnvironments(deps, { platformId: id }, c.req.valid("query")), 200);
  },
);
