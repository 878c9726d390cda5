import { access } from "../../auth/access.ts";
import { AdminWebhookDeliveryPage } from "../../schemas/admin/webhook.ts";
import { eventName } from "../../schemas/event.ts";
import { pageQuery } from "../../schemas/page.ts";
import { queryBoolean, uuidInput } from "../../schemas/primitives.ts";
import { listAdminDeliveries } from "../../services/admin/list-webhook-deliveries.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

const filters = {
  platform_id: uuidInput.optional(),
  environment_id: uuidInput.optional(),
  endpoint_id: uuidInput.optional(),
  event_type: eventName.optional(),
};

const responses = {
  200: answer(AdminWebhookDeliveryPage, "A page of attempts"),
  ...problems.secured("validation_error"),
};

export const listAdminWebhookDeliveries = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/webhooks/deliveries",
    operationId: "listAdminWebhookDeliveries",
    tags: ["Admin webhooks"],
    summary: "List everybody's delivery attempts, newest first",
    description: "30 days, those still to be made included. `success` asks for attempts that were made.",
    request: { query: pageQuery({ ...filters, success: queryBoolean.optional() }) },
    responses,
  }),
  async (c) => c.json(await listAdminDeliveries(c.var.deps, c.req.valid("query")), 200),
);

export const listFailedWebhookDeliveries = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/webhooks/deliveries/failed",
    operationId: "listFailedWebhookDeliveries",
    tags: ["Admin webhooks"],
    summary: "List everybody's failed delivery attempts, newest first",
    request: { query: pageQuery(filters) },
    responses,
  }),
  async (c) => c.json(await listAdminDeliveries(c.var.deps, { ...c.req.valid("query"), success: false }), 200),
);
