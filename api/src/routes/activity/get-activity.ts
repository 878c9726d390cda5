import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { ActivityLogRead } from "../../schemas/activity.ts";
import { pathId } from "../../schemas/primitives.ts";
import { getActivity as get } from "../../services/activity-log/get-activity.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getActivity = operation(
  access("platform", ["m2m", "user"], "platform:read"),
  createRoute({
    method: "get",
    path: "/v1/activity/{log_id}",
    operationId: "getActivity",
    tags: ["Activity"],
    summary: "Get a row of the log",
    request: { params: z.object({ log_id: pathId }) },
    responses: { 200: answer(ActivityLogRead, "The row"), ...problems.secured("not_found") },
  }),
  async (c) => c.json(await get(c.var.deps, c.var.platformCaller, c.req.valid("param").log_id), 200),
);
