import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { pathId } from "../../schemas/primitives.ts";
import { WebhookSecretRotated } from "../../schemas/webhook.ts";
import { rotateSecret as rotate } from "../../services/webhooks/rotate-secret.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const rotateSecret = operation(
  access("environment", ["m2m", "user"], "platform:webhooks:manage"),
  createRoute({
    method: "post",
    path: "/v1/platforms/me/webhooks/{endpoint_id}/rotate-secret",
    operationId: "rotateWebhookSecret",
    tags: ["Webhooks"],
    summary: "Replace the signing secret",
    description: "The present secret signs along for 24 hours; one that did so already ends at once.",
    middleware: jsonBody({ optional: true }),
    request: {
      params: z.object({ endpoint_id: pathId }),
      body: { required: false, content: { "application/json": { schema: z.strictObject({}) } } },
    },
    responses: {
      200: answer(WebhookSecretRotated, "The new secret, shown only here"),
      ...problems.submitted("not_found"),
    },
  }),
  async (c) => {
    const { endpoint_id } = c.req.valid("param");
    return c.json(await rotate(c.var.deps, c.var.caller, endpoint_id, requestFacts(c)), 200);
  },
);
