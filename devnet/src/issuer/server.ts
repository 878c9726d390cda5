import { type Context, Hono } from "hono";
import { z } from "zod";
import { type ClientFile, DEFAULT_SCOPES } from "./clients.ts";
import type { IssuerConfig } from "./config.ts";
import type { DirectoryFile } from "./directory.ts";
import { oauthError, readBody, sameSecret, whatIsWrong } from "./http.ts";
import type { SigningKey } from "./keys.ts";
import { MANAGEMENT_SCOPES, managementRoutes } from "./management.ts";
import { signIn } from "./sign-in.ts";
import { signer, TOKEN_LIFE } from "./tokens.ts";

const tokenRequestSchema = z.object({
  client_id: z.string(),
  client_secret: z.string(),
  audience: z.string(),
  scope: z.string().optional(),
});

const permission = z.string().regex(/^[a-z:_-]+$/);

const clientRequestSchema = z.strictObject({
  name: z.string().min(1).max(200),
  scopes: z.array(permission).optional(),
  client_metadata: z.record(z.string().max(255), z.string().max(255)).optional(),
});

const userTokenRequestSchema = z.strictObject({
  user_id: z.string().min(1).max(255),
  /** The organization that the user has signed in to; a KeyStone operator needs none. */
  org_id: z.string().min(1).max(255).optional(),
  permissions: z.array(permission),
});

/** Everything the issuer keeps. */
export interface IssuerState {
  clients: ClientFile;
  directory: DirectoryFile;
  key: SigningKey;
}

/**
 * Discovery, keys, tokens for machines, signing in for members of organizations and the Management API of its directory; and for the
 * local administrator the creation of clients and tokens of anybody.
 */
export function issuerRoutes(config: IssuerConfig, state: IssuerState): Hono {
  const { issuer, audience, adminToken } = config;
  const { clients, directory, key } = state;
  const sign = signer(issuer, key);
  const { app: signInRoutes, exchange } = signIn(config, directory, sign);
  const app = new Hono();
  app.get("/health", (c) => c.json({ status: "ok" }));
  app.get("/.well-known/openid-configuration", (c) =>
    c.json({
      issuer,
      authorization_endpoint: `${issuer}authorize`,
      token_endpoint: `${issuer}oauth/token`,
      jwks_uri: `${issuer}.well-known/jwks.json`,
      response_types_supported: ["code"],
      response_modes_supported: ["query"],
      code_challenge_methods_supported: ["S256"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      grant_types_supported: ["client_credentials", "authorization_code"],
      token_endpoint_auth_methods_supported: ["client_secret_post", "none"],
      scopes_supported: ["openid", "profile", "email"],
    }),
  );
  app.get("/.well-known/jwks.json", (c) => c.json({ keys: [key.publicJwk] }));
  app.route("/", signInRoutes);
  app.route("/api/v2", managementRoutes(config, state));

  app.post("/oauth/token", async (c) => {
    c.header("Cache-Control", "no-store");
    const body = await readBody(c);
    const grant = z.object({ grant_type: z.string() }).safeParse(body);
    if (!grant.success) return c.json(oauthError("invalid_request", "grant_type is missing"), 400);
    if (grant.data.grant_type === "authorization_code") return exchange(c, body);
    if (grant.data.grant_type === "client_credentials") return clientCredentials(c, body);
    return c.json(oauthError("unsupported_grant_type", "Only client_credentials and authorization_code are"), 400);
  });

  app.post("/user-tokens", async (c) => {
    c.header("Cache-Control", "no-store");
    if (!isAdministrator(c))
      return c.json(oauthError("invalid_token", "Only the administrator gets tokens of users"), 401);
    const parsed = userTokenRequestSchema.safeParse(await readBody(c));
    if (!parsed.success) return c.json(oauthError("invalid_request", whatIsWrong(parsed.error)), 400);
    const { user_id, org_id, permissions } = parsed.data;
    const access_token = await sign({ sub: user_id, aud: audience, azp: config.loginClientId, org_id, permissions });
    return c.json({ access_token, token_type: "Bearer", expires_in: TOKEN_LIFE }, 201);
  });

  app.post("/clients", async (c) => {
    if (!isAdministrator(c)) return c.json(oauthError("invalid_token", "Only the administrator creates clients"), 401);
    const parsed = clientRequestSchema.safeParse(await readBody(c));
    if (!parsed.success) return c.json(oauthError("invalid_request", whatIsWrong(parsed.error)), 400);
    const { name, scopes = DEFAULT_SCOPES, client_metadata = {} } = parsed.data;
    return c.json(clients.create(name, scopes, client_metadata), 201);
  });
  return app;

  async function clientCredentials(c: Context, body: unknown): Promise<Response> {
    const parsed = tokenRequestSchema.safeParse(body);
    if (!parsed.success) {
      const missing = parsed.error.issues[0]?.path.join(".") || "body";
      return c.json(oauthError("invalid_request", `${missing} is missing`), 400);
    }
    const request = parsed.data;
    const client = authenticate(request.client_id, request.client_secret);
    if (client === null) return c.json(oauthError("invalid_client", "Unknown client or wrong secret"), 401);
    if (request.audience !== client.audience) return c.json(oauthError("invalid_target", "No such audience"), 400);
    const asked = request.scope?.split(" ").filter((scope) => scope !== "") ?? client.scopes;
    const refused = asked.find((scope) => !client.scopes.includes(scope));
    if (refused !== undefined) return c.json(oauthError("invalid_scope", `The client may not have ${refused}`), 400);
    const scope = asked.join(" ");
    const { client_id } = client;
    const claims = {
      sub: `${client_id}@clients`,
      aud: client.audience,
      azp: client_id,
      scope,
      gty: "client-credentials",
    };
    return c.json({ access_token: await sign(claims), token_type: "Bearer", expires_in: TOKEN_LIFE, scope });
  }

  /** The API's own client manages the directory and nothing else; all others call the API and nothing else. */
  function authenticate(clientId: string, secret: string) {
    if (clientId === config.managementClientId) {
      if (!sameSecret(secret, config.managementClientSecret)) return null;
      return { client_id: clientId, scopes: MANAGEMENT_SCOPES, audience: `${issuer}api/v2/` };
    }
    const client = clients.authenticate(clientId, secret);
    return client === null ? null : { ...client, audience };
  }

  function isAdministrator(c: Context): boolean {
    return sameSecret(c.req.header("Authorization") ?? "", `Bearer ${adminToken}`);
  }
}
