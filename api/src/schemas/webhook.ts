import { z } from "@hono/zod-openapi";
import { isSigningSecret } from "../delivery/sign.ts";
import { eventName } from "./event.ts";
import { pageOf } from "./page.ts";
import { text, time, timeInput, uuid } from "./primitives.ts";

export const webhookUrl = text(1, 2048)
  .refine((value) => URL.canParse(value), { error: "Input should be a URL", params: { type: "url_parsing" } })
  .openapi({
    format: "uri",
    description: "https with a public address and without credentials.",
    example: "https://hooks.example.com/keystone",
  });

const events = z
  .array(text(1, 100))
  .min(1)
  .max(50)
  .openapi({
    description: "`*`, the beginning of names such as `settlement.*` or `settlement.state.*`, or exact names.",
    example: ["settlement.state.*", "instruction.matched"],
  });

export const webhookSecret = z
  .string()
  .refine(isSigningSecret, {
    error: "String should be whsec_ and base64 of 24 to 64 bytes, or 24 to 256 printable ASCII characters",
    params: { type: "string_pattern_mismatch" },
  })
  .openapi({ minLength: 24, maxLength: 256 });

const changes = {
  description: text(0, 500).nullish(),
  events: events.optional(),
  event_types: events.optional().openapi({ description: "Another name of `events`; send one of them." }),
};

function onlyOneName<T extends z.ZodType<{ events?: string[] | undefined; event_types?: string[] | undefined }>>(
  schema: T,
) {
  return schema.refine((value) => value.events === undefined || value.event_types === undefined, {
    path: ["event_types"],
    error: "Send events or event_types, not both",
    params: { type: "extra_forbidden" },
  });
}

export const WebhookEndpointCreate = onlyOneName(
  z.strictObject({
    url: webhookUrl,
    ...changes,
    secret: webhookSecret.optional().openapi({ description: "Made here when absent, and shown once." }),
  }),
).openapi("WebhookEndpointCreate");

export const WebhookEndpointUpdate = onlyOneName(
  z.strictObject({ url: webhookUrl.optional(), ...changes, is_active: z.boolean().optional() }),
).openapi("WebhookEndpointUpdate", {
  description: "Given fields only; a null description clears it.",
  example: { events: ["settlement.state.*"], is_active: true },
});

const endpoint = {
  id: uuid,
  environment_id: uuid,
  url: z.string().openapi({ example: "https://hooks.example.com/keystone" }),
  description: z.string().openapi({ example: "Settlement system" }).nullable(),
  events: z.array(z.string().openapi({ example: "settlement.*" })),
  is_active: z.boolean(),
  disabled_reason: z
    .string()
    .openapi({ example: "The receiver answered 410" })
    .nullable()
    .openapi({ description: "Why it was switched off by itself." }),
  previous_secret_valid_until: time
    .nullable()
    .openapi({ description: "Until then the secret before the present one signs along." }),
  created_at: time,
  updated_at: time,
};

export const WebhookEndpointRead = z.strictObject(endpoint).openapi("WebhookEndpointRead");

export const WebhookEndpointCreated = z
  .strictObject({
    ...endpoint,
    secret: z
      .string()
      .openapi({ example: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" })
      .nullable()
      .openapi({ description: "Shown only here; null in a replay." }),
  })
  .openapi("WebhookEndpointCreated");

export const WebhookEndpointPage = pageOf("WebhookEndpoint", WebhookEndpointRead);

export const WebhookSecretRotated = z
  .strictObject({
    new_secret: z.string().openapi({ example: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }),
    previous_secret_valid_until: time,
  })
  .openapi("WebhookSecretRotated");

export const WebhookDeliveryRead = z
  .strictObject({
    id: uuid,
    endpoint_id: uuid,
    event_id: z.string().openapi({ example: "evt_4f0c2a1be7d94c6f8a53b0d1c2e3f405" }),
    event_type: eventName,
    attempt: z.int().min(1).openapi({ example: 1 }),
    success: z.boolean().openapi({ description: "False, too, for an attempt that is still to be made." }),
    status_code: z.int().openapi({ example: 201 }).nullable(),
    response_excerpt: z
      .string()
      .openapi({ example: '{"received":true}' })
      .nullable()
      .openapi({ description: "The first kilobyte of the answer's body." }),
    error: z.string().openapi({ example: "The receiver answered 503" }).nullable(),
    duration_ms: z
      .int()
      .openapi({ example: 42 })
      .nullable()
      .openapi({ description: "Null until the attempt was made." }),
    next_attempt_at: time
      .nullable()
      .openapi({ description: "When this attempt will be made, or the one after it; null when none follows." }),
    created_at: time,
  })
  .openapi("WebhookDeliveryRead", { description: "One attempt. The next one is a row of its own." });

export const WebhookDeliveryPage = pageOf("WebhookDelivery", WebhookDeliveryRead);

export const WebhookTestCreate = z
  .strictObject({ event: text(1, 100).optional().openapi({ description: "Default test.ping.", example: "test.ping" }) })
  .openapi("WebhookTestCreate");

export const WebhookTestResult = z
  .strictObject({
    success: z.boolean(),
    event_id: z.string().openapi({ example: "evt_4f0c2a1be7d94c6f8a53b0d1c2e3f405" }),
    delivery_id: uuid,
    status_code: z.int().openapi({ example: 201 }).nullable(),
    duration_ms: z.int().openapi({ example: 42 }),
    error: z.string().openapi({ example: "The receiver answered 503" }).nullable(),
  })
  .openapi("WebhookTestResult");

export const WebhookRecovery = z
  .strictObject({
    since: timeInput.optional(),
    event_ids: z.array(text(1, 100)).min(1).max(1000).optional(),
    only_failed: z.boolean().optional().openapi({ description: "Default true: not what was delivered." }),
  })
  .refine((value) => (value.since === undefined) !== (value.event_ids === undefined), {
    path: ["since"],
    error: "Send exactly one of since and event_ids",
    params: { type: "value_error" },
  })
  .openapi("WebhookRecovery", { example: { since: "2026-04-01T12:00:00Z" } });

export const WebhookRecoveryResult = z.strictObject({ enqueued: z.int().min(0) }).openapi("WebhookRecoveryResult");

export type WebhookEndpointCreate = z.output<typeof WebhookEndpointCreate>;
export type WebhookEndpointUpdate = z.output<typeof WebhookEndpointUpdate>;
export type WebhookEndpointRead = z.output<typeof WebhookEndpointRead>;
export type WebhookEndpointCreated = z.output<typeof WebhookEndpointCreated>;
export type WebhookSecretRotated = z.output<typeof WebhookSecretRotated>;
export type WebhookDeliveryRead = z.output<typeof WebhookDeliveryRead>;
export type WebhookTestResult = z.output<typeof WebhookTestResult>;
export type WebhookRecovery = z.output<typeof WebhookRecovery>;
