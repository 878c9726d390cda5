import { z } from "@hono/zod-openapi";
import { API_VERSIONS } from "../version.ts";
import { pageOf } from "./page.ts";
import { clientId } from "./platform.ts";
import { slug, text, time, uuid } from "./primitives.ts";
import { webhookSecret, webhookUrl } from "./webhook.ts";

/** What a platform may choose itself; more is KeyStone's to give. */
const MAX_OWN_RATE = 600;

const timeoutSeconds = z.int().min(60).max(604_800).openapi({
  description: "Seconds, default 3600. Prefills forms, and times the closings of repos.",
});

const webhooks = {
  webhook_url: webhookUrl.nullish().openapi({
    description: "Keeps one webhook endpoint that is told of every event. Null deletes it.",
  }),
  webhook_secret: webhookSecret.optional().openapi({
    description: "Signs what is delivered to webhook_url. Made by the API when absent. Never shown.",
  }),
};

export const EnvironmentCreate = z
  .strictObject({
    name: text(1, 200).openapi({ example: "Production" }),
    slug,
    auth0_client_id: clientId,
    ...webhooks,
    default_timeout_seconds: timeoutSeconds.default(3600),
  })
  .openapi("EnvironmentCreate");

export const EnvironmentUpdate = z
  .strictObject({
    name: text(1, 200).optional(),
    ...webhooks,
    default_timeout_seconds: timeoutSeconds.optional(),
    is_active: z.boolean().optional(),
    api_version: z.enum(API_VERSIONS).nullish().openapi({ description: "Null: always the newest." }),
    rate_limit_rpm: z.int().min(1).max(MAX_OWN_RATE).nullish().openapi({
      description: "Requests per minute. Null: the API's own. KeyStone gives more than 600.",
    }),
  })
  .openapi("EnvironmentUpdate", { description: "Given fields only.", example: { default_timeout_seconds: 7200 } });

/** What KeyStone may give. */
const MAX_RATE = 60_000;

export const AdminEnvironmentUpdate = z
  .strictObject({
    ...EnvironmentUpdate.omit({ name: true }).shape,
    rate_limit_rpm: z.int().min(1).max(MAX_RATE).nullish().openapi({
      description: "Requests per minute. Null: the API's own.",
    }),
    reason: text(0, 2000).nullish().openapi({ description: "Required with is_active. The platform reads it too." }),
  })
  .openapi("AdminEnvironmentUpdate", { description: "Given fields only.", example: { rate_limit_rpm: 3000 } });

export const EnvironmentRead = z
  .strictObject({
    id: uuid,
    platform_id: uuid,
    name: z.string().openapi({ example: "Production" }),
    slug: z.string().openapi({ example: "production" }),
    auth0_client_id: z.string().openapi({ example: "pX2kRl0c9vQm" }),
    webhook_url: z.string().openapi({ example: "https://hooks.example.com/keystone" }).nullable(),
    api_version: z.string().openapi({ example: "0.1.0" }).nullable(),
    default_timeout_seconds: z.int().openapi({ example: 3600 }),
    is_active: z.boolean(),
    rate_limit_rpm: z.int().nullable(),
    created_at: time,
    updated_at: time,
  })
  .openapi("EnvironmentRead");

export const EnvironmentPage = pageOf("Environment", EnvironmentRead);

export type EnvironmentCreate = z.output<typeof EnvironmentCreate>;
export type EnvironmentUpdate = z.output<typeof EnvironmentUpdate>;
export type AdminEnvironmentUpdate = z.output<typeof AdminEnvironmentUpdate>;
export type EnvironmentRead = z.output<typeof EnvironmentRead>;
