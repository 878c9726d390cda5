import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { AdminPlatformRead, AdminPlatformUpdate } from "../../schemas/admin/platform.ts";
import { pathId } from "../../schemas/primitives.ts";
import { updateAdminPlatform as update } from "../../services/admin/update-platform.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const updateAdminPlatform = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "patch",
    path: "/v1/admin/platforms/{platform_id}",
    operationId: "updateAdminPlatform",
    tags: ["Admin platforms"],
    summary: "Change any platform, suspend it or take it back",
    middleware: jsonBody(),
    request: {
      params: z.object({ platform_id: pathId }),
      body: { required: true, content: { "application/json": { schema: AdminPlatformUpdate } } },
    },
    responses: {
      200: answer(AdminPlatformRead, "The platform"),
      ...problems.submitted("not_found", "reason_required"),
    },
  }),
  async (c) => {
    const { deps, adminCaller } = c.var;
    const { platform_id } = c.req.valid("param");
    return c.json(await update(deps, adminCaller, platform_id, c.req.valid("json"), requestFacts(c)), 200);
  },
);
