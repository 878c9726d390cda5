import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { pathId } from "../../schemas/primitives.ts";
import { WebhookDeliveryRead } from "../../schemas/webhook.ts";
import { readOptionalIdempotency } from "../../services/idempotency.ts";
import { redeliver as again } from "../../services/webhooks/redeliver.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, idempotencyHeader, operation, problems } from "../operation.ts";

export const redeliver = operation(
  access("environment", ["m2m", "user"], "platform:webhooks:manage"),
  createRoute({
    method: "post",
    path: "/v1/platforms/me/webhooks/{endpoint_id}/deliveries/{delivery_id}/redeliver",
    operationId: "redeliverWebhook",
    tags: ["Webhooks"],
    summary: "Deliver an event again",
    description: "The same id and body, at once, whatever came of the delivery; with the whole schedule if it fails.",
    middleware: jsonBody({ optional: true }),
    request: {
      params: z.object({ endpoint_id: pathId, delivery_id: pathId }),
      headers: idempotencyHeader,
      body: { required: false, content: { "application/json": { schema: z.strictObject({}) } } },
    },
    responses: {
      201: answer(WebhookDeliveryRead, "The attempt that will be made"),
      200: answer(WebhookDeliveryRead, "The attempt that this idempotency key made, as it is now"),
      ...problems.submitted("not_found", "idempotency_key_reused"),
    },
  }),
  async (c) => {
    const { deps, caller, rawBody } = c.var;
    const { endpoint_id: endpointId, delivery_id: deliveryId } = c.req.valid("param");
    const route = "POST /v1/platforms/me/webhooks/{endpoint_id}/deliveries/{delivery_id}/redeliver";
    // The path is all that tells one redelivery from another.
    const asked = { ...(rawBody as object), endpoint_id: endpointId, delivery_id: deliveryId };
    const owner = { environmentId: caller.environmentId };
    const request = readOptionalIdempotency(deps.keyring, owner, route, asked, c.req.header("idempotency-key"));
    const result = await again(deps, { caller, endpointId, deliveryId, request, facts: requestFacts(c) });
    if (!result.replayed) return c.json(result.delivery, 201);
    c.header("Idempotent-Replayed", "true");
    return c.json(result.delivery, 200);
  },
);
