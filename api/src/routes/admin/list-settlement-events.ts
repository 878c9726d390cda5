import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { pageQuery } from "../../schemas/page.ts";
import { pathId } from "../../schemas/primitives.ts";
import { SettlementEventPage } from "../../schemas/settlement-event.ts";
import { listAdminSettlementEvents as list } from "../../services/admin/list-settlement-events.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

const MAX_LIMIT = 250;

export const listAdminSettlementEvents = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/settlements/{settlement_id}/events",
    operationId: "listAdminSettlementEvents",
    tags: ["Admin settlements"],
    summary: "List the states that any settlement has entered, oldest first",
    request: { params: z.object({ settlement_id: pathId }), query: pageQuery({}, MAX_LIMIT) },
    responses: {
      200: answer(SettlementEventPage, "A page of events"),
      ...problems.secured("not_found", "validation_error"),
    },
  }),
  async (c) => c.json(await list(c.var.deps, c.req.valid("param").settlement_id, c.req.valid("query")), 200),
);
