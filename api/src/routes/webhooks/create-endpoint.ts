import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { WebhookEndpointCreate, WebhookEndpointCreated } from "../../schemas/webhook.ts";
import { readOptionalIdempotency } from "../../services/idempotency.ts";
import { createEndpoint as create } from "../../services/webhooks/create-endpoint.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, idempotencyHeader, operation, problems } from "../operation.ts";

export const createEndpoint = operation(
  access("environment", ["m2m", "user"], "platform:webhooks:manage"),
  createRoute({
    method: "post",
    path: "/v1/platforms/me/webhooks",
    operationId: "createWebhookEndpoint",
    tags: ["Webhooks"],
    summary: "Add a webhook endpoint",
    description: "The answer shows the signing secret, once.",
    middleware: jsonBody(),
    request: {
      headers: idempotencyHeader,
      body: { required: true, content: { "application/json": { schema: WebhookEndpointCreate } } },
    },
    responses: {
      201: answer(WebhookEndpointCreated, "The new endpoint"),
      200: answer(
        WebhookEndpointCreated,
        "The endpoint that this idempotency key made, as it is now, without its secret",
      ),
      ...problems.submitted(
        "not_found",
        "idempotency_key_reused",
        "endpoint_limit_reached",
        "webhook_url_forbidden",
        "webhook_event_unknown",
      ),
    },
  }),
  async (c) => {
    const { deps, caller, rawBody } = c.var;
    const owner = { environmentId: caller.environmentId };
    const key = c.req.header("idempotency-key");
    const request = readOptionalIdempotency(deps.keyring, owner, "POST /v1/platforms/me/webhooks", rawBody, key);
    const input = c.req.valid("json");
    const result = await create(deps, { caller, input, request, facts: requestFacts(c) });
    if (!result.replayed) return c.json(result.endpoint, 201);
    c.header("Idempotent-Replayed", "true");
    return c.json(result.endpoint, 200);
  },
);
