import { access } from "../../auth/access.ts";
import { AdminPlatformPage, platformStatus } from "../../schemas/admin/platform.ts";
import { pageQuery } from "../../schemas/page.ts";
import { text } from "../../schemas/primitives.ts";
import { listPlatforms as list } from "../../services/admin/list-platforms.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listPlatforms = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/platforms",
    operationId: "listPlatforms",
    tags: ["Admin platforms"],
    summary: "List all platforms, newest first",
    request: {
      query: pageQuery({
        status: platformStatus.optional(),
        search: text(1, 200).optional().openapi({ description: "Part of name or slug, in whatever case." }),
      }),
    },
    responses: { 200: answer(AdminPlatformPage, "A page of platforms"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await list(c.var.deps, c.req.valid("query")), 200),
);
