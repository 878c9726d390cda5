import { createHash, timingSafeEqual } from "node:crypto";
import { type Context, Hono } from "hono";
import { SignJWT } from "jose";
import { z } from "zod";
import { type ClientFile, DEFAULT_SCOPES } from "./clients.ts";
import type { IssuerConfig } from "./config.ts";
import type { SigningKey } from "./keys.ts";

/** Seconds. */
const TOKEN_LIFE = 24 * 3600;

/** The client that users sign in with. */
const USERS_CLIENT = "dashboard";

const tokenRequestSchema = z.object({
  grant_type: z.string(),
  client_id: z.string(),
  client_secret: z.string(),
  audience: z.string(),
  scope: z.string().optional(),
});

const permission = z.string().regex(/^[a-z:_-]+$/);

const clientRequestSchema = z.strictObject({
  name: z.string().min(1).max(200),
  scopes: z.array(permission).optional(),
});

const userTokenRequestSchema = z.strictObject({
  user_id: z.string().min(1).max(255),
  /** The organization that the user has signed in to; a KeyStone operator needs none. */
  org_id: z.string().min(1).max(255).optional(),
  permissions: z.array(permission),
});

/**
 * Discovery, keys, tokens for machines; and for the local administrator the creation of clients, and tokens as members of an
 * organization get them by signing in.
 */
export function issuerRoutes(config: IssuerConfig, clients: ClientFile, key: SigningKey): Hono {
  const { issuer, audience, adminToken } = config;
  const app = new Hono();
  app.get("/health", (c) => c.json({ status: "ok" }));
  app.get("/.well-known/openid-configuration", (c) =>
    c.json({
      issuer,
      token_endpoint: `${issuer}oauth/token`,
      jwks_uri: `${issuer}.well-known/jwks.json`,
      response_types_supported: ["token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      grant_types_supported: ["client_credentials"],
      token_endpoint_auth_methods_supported: ["client_secret_post"],
    }),
  );
  app.get("/.well-known/jwks.json", (c) => c.json({ keys: [key.publicJwk] }));

  app.post("/oauth/token", async (c) => {
    c.header("Cache-Control", "no-store");
    const parsed = tokenRequestSchema.safeParse(await body(c));
    if (!parsed.success) {
      return c.json(
        oauthError("invalid_request", `${parsed.error.issues[0]?.path.join(".") || "body"} is missing`),
        400,
      );
    }
    const request = parsed.data;
    if (request.grant_type !== "client_credentials") {
      return c.json(oauthError("unsupported_grant_type", "Only client_credentials is supported"), 400);
    }
    const client = clients.authenticate(request.client_id, request.client_secret);
    if (client === null) return c.json(oauthError("invalid_client", "Unknown client or wrong secret"), 401);
    if (request.audience !== audience) return c.json(oauthError("invalid_target", "No such audience"), 400);
    const asked = request.scope?.split(" ").filter((scope) => scope !== "") ?? client.scopes;
    const refused = asked.find((scope) => !client.scopes.includes(scope));
    if (refused !== undefined) return c.json(oauthError("invalid_scope", `The client may not have ${refused}`), 400);
    const scope = asked.join(" ");
    const claims = { azp: client.client_id, scope, gty: "client-credentials" };
    const access_token = await sign(`${client.client_id}@clients`, claims);
    return c.json({ access_token, token_type: "Bearer", expires_in: TOKEN_LIFE, scope });
  });

  app.post("/user-tokens", async (c) => {
    c.header("Cache-Control", "no-store");
    if (!sameSecret(c.req.header("Authorization") ?? "", `Bearer ${adminToken}`))
      return c.json(oauthError("invalid_token", "Only the administrator gets tokens of users"), 401);
    const parsed = userTokenRequestSchema.safeParse(await body(c));
    if (!parsed.success) return c.json(invalid(parsed.error), 400);
    const { user_id, org_id, permissions } = parsed.data;
    const access_token = await sign(user_id, { azp: USERS_CLIENT, org_id, permissions });
    return c.json({ access_token, token_type: "Bearer", expires_in: TOKEN_LIFE }, 201);
  });

  app.post("/clients", async (c) => {
    if (!sameSecret(c.req.header("Authorization") ?? "", `Bearer ${adminToken}`))
      return c.json(oauthError("invalid_token", "Only the administrator creates clients"), 401);
    const parsed = clientRequestSchema.safeParse(await body(c));
    if (!parsed.success) return c.json(invalid(parsed.error), 400);
    return c.json(clients.create(parsed.data.name, parsed.data.scopes ?? DEFAULT_SCOPES), 201);
  });
  return app;

  function sign(subject: string, claims: Record<string, unknown>): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: key.kid })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${TOKEN_LIFE}s`)
      .sign(key.key);
  }
}

function invalid({ issues: [issue] }: z.ZodError) {
  return oauthError("invalid_request", `${issue?.path.join(".") || "body"}: ${issue?.message}`);
}

function oauthError(error: string, error_description: string) {
  return { error, error_description };
}

/** JSON or the form encoding of RFC 6749; undefined when it is neither. */
async function body(c: Context): Promise<unknown> {
  const isForm = c.req.header("Content-Type")?.startsWith("application/x-www-form-urlencoded");
  return (isForm ? c.req.parseBody() : c.req.json()).catch(() => undefined);
}

/** Comparing digests takes as long wherever the first difference is, and whatever the lengths are. */
function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
