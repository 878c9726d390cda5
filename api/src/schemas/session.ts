import { z } from "@hono/zod-openapi";
import { ALL_RIGHTS, mayHold, type Right } from "../auth/rights.ts";
import { text, time, uuid, uuidInput } from "./primitives.ts";

const sessionRights = ALL_RIGHTS.filter((right) => mayHold("session", right)) as [Right, ...Right[]];
const sessionScope = z.enum(sessionRights).openapi("SessionScope");

const MAX_KEYS = 16;

const metadata = z
  .record(text(1, 100), text(0, 500))
  .refine((value) => Object.keys(value).length <= MAX_KEYS, {
    error: `Object should have at most ${MAX_KEYS} keys`,
    params: { type: "too_long" },
  })
  .openapi({ type: "object", additionalProperties: { type: "string", maxLength: 500 }, maxProperties: MAX_KEYS });

export const SessionCreate = z
  .strictObject({
    scopes: z.array(sessionScope).min(1).max(sessionRights.length).openapi({
      description: "Rights of the session; the machine token must have each of them.",
    }),
    expires_in: z.int().min(60).max(86_400).default(3600).openapi({ description: "Seconds, default 3600." }),
    settlement_ids: z.array(uuidInput).min(1).max(100).nullish().openapi({
      description: "The only settlements that the session may see; all of the environment when absent.",
    }),
    metadata: metadata.nullish().openapi({ description: "Goes to the activity log." }),
  })
  .openapi("SessionCreate");

export const SessionRead = z
  .strictObject({
    id: uuid,
    session_token: z
      .string()
      .openapi({ example: "eyJhbGciOiJSUzI1NiJ9.eyJzaWQiOiI3YjNmOWMxZSJ9.c2lnbmF0dXJl" })
      .openapi({ description: "In this response only." }),
    scopes: z.array(sessionScope),
    settlement_ids: z.array(uuid).nullable(),
    metadata: z
      .record(z.string(), z.string())
      .openapi({ example: { page: "settlements" } })
      .nullable(),
    expires_at: time,
    created_at: time,
  })
  .openapi("SessionRead");

export const Jwks = z
  .strictObject({
    keys: z.array(
      z.strictObject({
        kty: z.literal("RSA"),
        n: z.string().openapi({ example: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86z" }),
        e: z.string().openapi({ example: "AQAB" }),
        kid: z.string().openapi({ example: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" }),
        alg: z.literal("RS256"),
        use: z.literal("sig"),
      }),
    ),
  })
  .openapi("Jwks");

export type SessionCreate = z.output<typeof SessionCreate>;
export type SessionRead = z.output<typeof SessionRead>;
export type Jwks = z.output<typeof Jwks>;
