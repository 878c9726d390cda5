import { access } from "../../auth/access.ts";
import { pageQuery } from "../../schemas/page.ts";
import { WebhookEndpointPage } from "../../schemas/webhook.ts";
import { listEndpoints as list } from "../../services/webhooks/list-endpoints.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listEndpoints = operation(
  access("environment", ["m2m", "user"], "platform:webhooks:manage"),
  createRoute({
    method: "get",
    path: "/v1/platforms/me/webhooks",
    operationId: "listWebhookEndpoints",
    tags: ["Webhooks"],
    summary: "List the environment's webhook endpoints, newest first",
    request: { query: pageQuery({}) },
    responses: { 200: answer(WebhookEndpointPage, "A page of endpoints"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await list(c.var.deps.db, c.var.caller.environmentId, c.req.valid("query")), 200),
);
