import { z } from "@hono/zod-openapi";
import { slug, text, time, uuid } from "./primitives.ts";

/** An https URL of at most 2048 characters. */
const httpsUrl = text(1, 2048)
  .refine((value) => URL.canParse(value) && new URL(value).protocol === "https:", {
    error: "Input should be an https URL",
    params: { type: "url_scheme" },
  })
  .openapi({ format: "uri", example: "https://example.com/logo.svg" });

const url = text(1, 2048)
  .refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), {
    error: "Input should be an http or https URL",
    params: { type: "url_parsing" },
  })
  .openapi({ format: "uri", example: "https://example.com/support" });

export const email = text(3, 254)
  .refine((value) => z.email().safeParse(value).success, {
    error: "Input should be an e-mail address",
    params: { type: "email" },
  })
  .openapi({ format: "email", example: "ada@example.com" });

export const clientId = text(1, 255).openapi({
  example: "pX2kRl0c9vQm",
  description: "Client id of the OIDC issuer; its machine tokens stand for this environment.",
});

export const PlatformCreate = z
  .strictObject({ name: text(1, 200).openapi({ example: "Acme" }), slug, auth0_client_id: clientId })
  .openapi("PlatformCreate");

export const PlatformUpdate = z
  .strictObject({
    name: text(1, 200).optional(),
    logo_url: httpsUrl.nullish(),
    support_email: email.nullish(),
    support_url: url.nullish(),
  })
  .openapi("PlatformUpdate", {
    description: "Given fields only; null clears.",
    example: { support_email: "ada@example.com" },
  });

export const PlatformRead = z
  .strictObject({
    id: uuid,
    auth0_org_id: z
      .string()
      .openapi({ example: "org_9ybsU1dN2dKfDkBi" })
      .nullable()
      .openapi({ description: "The organization whose members are the platform's." }),
    name: z.string().openapi({ example: "Acme" }),
    slug: z.string().openapi({ example: "acme" }),
    status: z.enum(["active", "suspended"]).openapi("PlatformStatus"),
    logo_url: z.string().openapi({ example: "https://example.com/logo.svg" }).nullable(),
    support_email: z.string().openapi({ example: "help@example.com" }).nullable(),
    support_url: z.string().openapi({ example: "https://example.com/support" }).nullable(),
    onboarding_completed_at: time.nullable(),
    created_at: time,
    updated_at: time,
  })
  .openapi("PlatformRead");

export type PlatformCreate = z.output<typeof PlatformCreate>;
export type PlatformUpdate = z.output<typeof PlatformUpdate>;
export type PlatformRead = z.output<typeof PlatformRead>;
