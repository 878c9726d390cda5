import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { Event } from "../../schemas/event.ts";
import { getEvent as get } from "../../services/events/get-event.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getEvent = operation(
  access("environment", ["m2m", "user"], "settlements:read"),
  createRoute({
    method: "get",
    path: "/v1/events/{event_id}",
    operationId: "getEvent",
    tags: ["Events"],
    summary: "Get an event",
    request: { params: z.object({ event_id: z.string().openapi({ example: `evt_${"4f0c".repeat(8)}` }) }) },
    responses: { 200: answer(Event, "The event"), ...problems.secured("not_found") },
  }),
  async (c) => c.json(await get(c.var.deps.db, c.var.caller.environmentId, c.req.valid("param").event_id), 200),
);
