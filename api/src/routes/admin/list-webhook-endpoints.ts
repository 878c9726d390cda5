import { access } from "../../auth/access.ts";
import { AdminWebhookEndpointPage } from "../../schemas/admin/webhook.ts";
import { pageQuery } from "../../schemas/page.ts";
import { queryBoolean, uuidInput } from "../../schemas/primitives.ts";
import { listAdminEndpoints } from "../../services/admin/list-webhook-endpoints.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listAdminWebhookEndpoints = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/webhooks/endpoints",
    operationId: "listAdminWebhookEndpoints",
    tags: ["Admin webhooks"],
    summary: "List everybody's webhook endpoints, newest first, and how they do",
    request: {
      query: pageQuery({
        platform_id: uuidInput.optional(),
        environment_id: uuidInput.optional(),
        is_active: queryBoolean.optional(),
      }),
    },
    responses: {
      200: answer(AdminWebhookEndpointPage, "A page of endpoints"),
      ...problems.secured("validation_error"),
    },
  }),
  async (c) => c.json(await listAdminEndpoints(c.var.deps, c.req.valid("query")), 200),
);
