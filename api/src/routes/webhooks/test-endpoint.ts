import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { pathId } from "../../schemas/primitives.ts";
import { WebhookTestCreate, WebhookTestResult } from "../../schemas/webhook.ts";
import { testEndpoint as test } from "../../services/webhooks/test-endpoint.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const testEndpoint = operation(
  access("environment", ["m2m", "user"], "platform:webhooks:manage"),
  createRoute({
    method: "post",
    path: "/v1/platforms/me/webhooks/{endpoint_id}/test",
    operationId: "testWebhookEndpoint",
    tags: ["Webhooks"],
    summary: "Send a sample of an event, now and once",
    description: "Its data says `test: true`. Every call sends anew, whatever its idempotency key.",
    middleware: jsonBody({ optional: true }),
    request: {
      params: z.object({ endpoint_id: pathId }),
      body: { required: false, content: { "application/json": { schema: WebhookTestCreate } } },
    },
    responses: {
      200: answer(WebhookTestResult, "What came of it"),
      ...problems.submitted("not_found", "webhook_event_unknown"),
    },
  }),
  async (c) => {
    const { endpoint_id } = c.req.valid("param");
    const { deps, caller, rawBody } = c.var;
    // Without a body there is nothing that was validated.
    const { event = "test.ping" } = rawBody as { event?: string };
    return c.json(await test(deps, caller, endpoint_id, event, requestFacts(c)), 200);
  },
);
