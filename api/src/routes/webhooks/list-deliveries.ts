import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { eventName } from "../../schemas/event.ts";
import { pageQuery } from "../../schemas/page.ts";
import { pathId, queryBoolean, text, timeInput } from "../../schemas/primitives.ts";
import { WebhookDeliveryPage } from "../../schemas/webhook.ts";
import { listDeliveries as list } from "../../services/webhooks/list-deliveries.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listDeliveries = operation(
  access("environment", ["m2m", "user"], "platform:webhooks:manage"),
  createRoute({
    method: "get",
    path: "/v1/platforms/me/webhooks/{endpoint_id}/deliveries",
    operationId: "listWebhookDeliveries",
    tags: ["Webhooks"],
    summary: "List delivery attempts, newest first",
    description:
      "30 days, the attempts that are still to be made included. `success` asks for attempts that were made.",
    request: {
      params: z.object({ endpoint_id: pathId }),
      query: pageQuery({
        success: queryBoolean.optional(),
        event_type: eventName.optional(),
        event_id: text(1, 100).optional(),
        created_from: timeInput.optional(),
        created_to: timeInput.optional(),
      }),
    },
    responses: {
      200: answer(WebhookDeliveryPage, "A page of attempts"),
      ...problems.secured("not_found", "validation_error"),
    },
  }),
  async (c) => {
    const { endpoint_id } = c.req.valid("param");
    const { deps, caller } = c.var;
    return c.json(await list(deps.db, caller.environmentId, endpoint_id, c.req.valid("query")), 200);
  },
);
