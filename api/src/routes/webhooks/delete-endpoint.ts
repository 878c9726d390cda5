import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { pathId } from "../../schemas/primitives.ts";
import { deleteEndpoint as remove } from "../../services/webhooks/delete-endpoint.ts";
import { requestFacts } from "../facts.ts";
import { createRoute, operation, problems } from "../operation.ts";

export const deleteEndpoint = operation(
  access("environment", ["m2m", "user"], "platform:webhooks:manage"),
  createRoute({
    method: "delete",
    path: "/v1/platforms/me/webhooks/{endpoint_id}",
    operationId: "deleteWebhookEndpoint",
    tags: ["Webhooks"],
    summary: "Delete a webhook endpoint",
    description: "What waits to be delivered to it ends.",
    request: { params: z.object({ endpoint_id: pathId }) },
    responses: { 204: { description: "Deleted" }, ...problems.secured("not_found") },
  }),
  async (c) => {
    await remove(c.var.deps, c.var.caller, c.req.valid("param").endpoint_id, requestFacts(c));
    return c.body(null, 204);
  },
);
