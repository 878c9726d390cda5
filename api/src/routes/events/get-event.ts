import { z } from "@hono/zod-openapi";
import { Event } from "../../schemas/event.ts";
import { getEvent as get } from "../../services/events/get-event.ts";
import { answer, createRoute, operation, problems, secured } from "../operation.ts";

const { guard, security } = secured("settlements:read");

export const getEvent = operation(
  createRoute({
    method: "get",
    path: "/v1/events/{event_id}",
    operationId: "getEvent",
    tags: ["Events"],
    summary: "Get an event",
    security,
    middleware: guard,
    request: { params: z.object({ event_id: z.string().openapi({ example: `evt_${"4f0c".repeat(8)}` }) }) },
    responses: { 200: answer(Event, "The event"), ...problems.secured("not_found") },
  }),
  async (c) => c.json(await get(c.var.deps.db, c.var.caller.environmentId, c.req.valid("param").event_id), 200),
);
