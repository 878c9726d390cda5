import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { EventPage, eventName } from "../../schemas/event.ts";
import { pageQuery } from "../../schemas/page.ts";
import { timeInput, uuidInput } from "../../schemas/primitives.ts";
import { listEvents as list } from "../../services/events/list-events.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

const { limit, cursor } = pageQuery({}).shape;

export const listEvents = operation(
  access("environment", ["m2m", "user"], "settlements:read"),
  createRoute({
    method: "get",
    path: "/v1/events",
    operationId: "listEvents",
    tags: ["Events"],
    summary: "List what webhooks tell, oldest first",
    description:
      "The events of the last 30 days. Nothing is added before a page that was read, so keep `next_cursor`, which is always given, and poll with it.",
    request: {
      query: z.strictObject({
        event: eventName.optional(),
        settlement_id: uuidInput.optional(),
        since: timeInput.optional(),
        limit,
        cursor,
      }),
    },
    responses: { 200: answer(EventPage, "A page of events"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await list(c.var.deps.db, c.var.caller.environmentId, c.req.valid("query")), 200),
);
