import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { pageQuery } from "../../schemas/page.ts";
import { pathId } from "../../schemas/primitives.ts";
import { SettlementEventPage } from "../../schemas/settlement-event.ts";
import { listEvents } from "../../services/settlements/list-events.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listSettlementEvents = operation(
  access("environment", ["m2m", "user", "session"], "settlements:read"),
  createRoute({
    method: "get",
    path: "/v1/settlements/{settlement_id}/events",
    operationId: "listSettlementEvents",
    tags: ["Settlements"],
    summary: "List the states a settlement has entered, oldest first",
    request: { params: z.object({ settlement_id: pathId }), query: pageQuery({}) },
    responses: {
      200: answer(SettlementEventPage, "A page of events"),
      ...problems.secured("session_settlement_forbidden", "not_found", "validation_error"),
    },
  }),
  async (c) => {
    const { settlement_id } = c.req.valid("param");
    return c.json(await listEvents(c.var.deps, c.var.caller, settlement_id, c.req.valid("query")), 200);
  },
);
