import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { pathId } from "../../schemas/primitives.ts";
import { WebhookEndpointRead, WebhookEndpointUpdate } from "../../schemas/webhook.ts";
import { updateEndpoint as update } from "../../services/webhooks/update-endpoint.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const updateEndpoint = operation(
  access("environment", ["m2m", "user"], "platform:webhooks:manage"),
  createRoute({
    method: "patch",
    path: "/v1/platforms/me/webhooks/{endpoint_id}",
    operationId: "updateWebhookEndpoint",
    tags: ["Webhooks"],
    summary: "Change a webhook endpoint",
    description: "An inactive endpoint is sent nothing. What happens meanwhile can be recovered.",
    middleware: jsonBody(),
    request: {
      params: z.object({ endpoint_id: pathId }),
      body: { required: true, content: { "application/json": { schema: WebhookEndpointUpdate } } },
    },
    responses: {
      200: answer(WebhookEndpointRead, "The endpoint as it is now"),
      ...problems.submitted("not_found", "webhook_url_forbidden", "webhook_event_unknown"),
    },
  }),
  async (c) => {
    const { endpoint_id } = c.req.valid("param");
    const { deps, caller } = c.var;
    return c.json(await update(deps, caller, endpoint_id, c.req.valid("json"), requestFacts(c)), 200);
  },
);
