import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { AdminPlatformRead } from "../../schemas/admin/platform.ts";
import { pathId } from "../../schemas/primitives.ts";
import { readAdminPlatform } from "../../services/admin/select-platform.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getAdminPlatform = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/platforms/{platform_id}",
    operationId: "getAdminPlatform",
    tags: ["Admin platforms"],
    summary: "Read any platform",
    request: { params: z.object({ platform_id: pathId }) },
    responses: { 200: answer(AdminPlatformRead, "The platform"), ...problems.secured("not_found") },
  }),
  async (c) => c.json(await readAdminPlatform(c.var.deps.db, c.req.valid("param").platform_id), 200),
);
