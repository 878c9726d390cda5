import { access } from "../../auth/access.ts";
import { ActivityLogPage, activityCategory, momentInput } from "../../schemas/activity.ts";
import { pageQuery } from "../../schemas/page.ts";
import { text, uuidInput } from "../../schemas/primitives.ts";
import { listActivity as list } from "../../services/activity-log/list-activity.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listActivity = operation(
  access("platform", ["m2m", "user"], "platform:read"),
  createRoute({
    method: "get",
    path: "/v1/activity",
    operationId: "listActivity",
    tags: ["Activity"],
    summary: "List what was done, newest first",
    description: "Users see their whole platform, machines their environment.",
    request: {
      query: pageQuery({
        environment_id: uuidInput.optional(),
        type: text(1, 100).optional(),
        category: activityCategory.optional(),
        date_from: momentInput.optional(),
        date_to: momentInput.optional().openapi({ description: "Inclusive: a day counts with all its hours." }),
        search: text(1, 200).optional().openapi({
          description: "Part of description, type, actor_id or resource_id, in whatever case.",
        }),
        resource_type: text(1, 100).optional(),
        resource_id: text(1, 255).optional(),
      }),
    },
    responses: { 200: answer(ActivityLogPage, "A page of the log"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await list(c.var.deps, c.var.platformCaller, c.req.valid("query")), 200),
);
