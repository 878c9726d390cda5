import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { pathId } from "../../schemas/primitives.ts";
import { WebhookRecovery, WebhookRecoveryResult } from "../../schemas/webhook.ts";
import { recover as plan } from "../../services/webhooks/recover.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const recover = operation(
  access("environment", ["m2m", "user"], "platform:webhooks:manage"),
  createRoute({
    method: "post",
    path: "/v1/platforms/me/webhooks/{endpoint_id}/recover",
    operationId: "recoverWebhooks",
    tags: ["Webhooks"],
    summary: "Deliver what an endpoint has missed",
    description: "Events of the last 30 days that the endpoint subscribes to, those included that it was never sent.",
    middleware: jsonBody(),
    request: {
      params: z.object({ endpoint_id: pathId }),
      body: { required: true, content: { "application/json": { schema: WebhookRecovery } } },
    },
    responses: {
      200: answer(WebhookRecoveryResult, "How many deliveries were planned"),
      ...problems.submitted("not_found"),
    },
  }),
  async (c) => {
    const { endpoint_id } = c.req.valid("param");
    const { deps, caller } = c.var;
    return c.json({ enqueued: await plan(deps, caller, endpoint_id, c.req.valid("json"), requestFacts(c)) }, 200);
  },
);
