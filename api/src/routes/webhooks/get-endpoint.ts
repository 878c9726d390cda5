import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { pathId } from "../../schemas/primitives.ts";
import { WebhookEndpointRead } from "../../schemas/webhook.ts";
import { findEndpoint, renderEndpoint } from "../../services/webhooks/select-endpoint.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getEndpoint = operation(
  access("environment", ["m2m", "user"], "platform:webhooks:manage"),
  createRoute({
    method: "get",
    path: "/v1/platforms/me/webhooks/{endpoint_id}",
    operationId: "getWebhookEndpoint",
    tags: ["Webhooks"],
    summary: "Get a webhook endpoint",
    request: { params: z.object({ endpoint_id: pathId }) },
    responses: { 200: answer(WebhookEndpointRead, "The endpoint"), ...problems.secured("not_found") },
  }),
  async (c) => {
    const { endpoint_id } = c.req.valid("param");
    return c.json(renderEndpoint(await findEndpoint(c.var.deps.db, c.var.caller.environmentId, endpoint_id)), 200);
  },
);
