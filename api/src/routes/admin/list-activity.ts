import { access } from "../../auth/access.ts";
import { ActivityLogRead, activityCategory, momentInput } from "../../schemas/activity.ts";
import { AdminActivityLogPage } from "../../schemas/admin/activity.ts";
import { pageQuery } from "../../schemas/page.ts";
import { text, uuidInput } from "../../schemas/primitives.ts";
import { listAdminActivity as list } from "../../services/admin/list-activity.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

const MAX_LIMIT = 100;

export const listAdminActivity = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/activity",
    operationId: "listAdminActivity",
    tags: ["Admin activity"],
    summary: "List what was done by anyone, newest first",
    request: {
      query: pageQuery(
        {
          platform_id: uuidInput.optional(),
          environment_id: uuidInput.optional(),
          type: text(1, 100).optional(),
          category: activityCategory.optional(),
          severity: ActivityLogRead.shape.severity.optional(),
          actor_type: ActivityLogRead.shape.actor_type.optional(),
          actor_id: text(1, 255).optional(),
          resource_type: text(1, 100).optional(),
          resource_id: text(1, 255).optional(),
          date_from: momentInput.optional(),
          date_to: momentInput.optional().openapi({ description: "Inclusive: a day counts with all its hours." }),
          search: text(1, 200).optional().openapi({
            description: "Part of description, type, actor_id or resource_id, in whatever case.",
          }),
        },
        MAX_LIMIT,
      ),
    },
    responses: { 200: answer(AdminActivityLogPage, "A page of the log"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await list(c.var.deps, c.req.valid("query")), 200),
);
