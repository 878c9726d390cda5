import { z } from "@hono/zod-openapi";
import { pageOf } from "../page.ts";
import { time, uuid } from "../primitives.ts";
import { WebhookDeliveryRead, WebhookEndpointRead } from "../webhook.ts";

export const AdminWebhookEndpointRead = z
  .strictObject({
    ...WebhookEndpointRead.shape,
    platform_id: uuid,
    platform_name: z.string().openapi({ example: "Acme" }),
    last_success_at: time.nullable().openapi({ description: "Of the last 30 days." }),
    failing_since: time.nullable().openapi({
      description: "The first failed attempt after the last one that succeeded; null when none has failed.",
    }),
  })
  .openapi("AdminWebhookEndpointRead", { description: "Never a secret." });

export const AdminWebhookEndpointPage = pageOf("AdminWebhookEndpoint", AdminWebhookEndpointRead);

export const AdminWebhookDeliveryRead = z
  .strictObject({ ...WebhookDeliveryRead.shape, platform_id: uuid, environment_id: uuid })
  .openapi("AdminWebhookDeliveryRead");

export const AdminWebhookDeliveryPage = pageOf("AdminWebhookDelivery", AdminWebhookDeliveryRead);

export type AdminWebhookEndpointRead = z.output<typeof AdminWebhookEndpointRead>;
export type AdminWebhookDeliveryRead = z.output<typeof AdminWebhookDeliveryRead>;
