import { createHash, randomBytes } from "node:crypto";
import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { z } from "zod";
import type { IssuerConfig } from "./config.ts";
import type { DirectoryFile, User } from "./directory.ts";
import { oauthError, readBody, sameSecret, whatIsWrong } from "./http.ts";
import { type Sign, TOKEN_LIFE } from "./tokens.ts";

/** How long a code waits for its exchange. */
const CODE_LIFE_MS = 60_000;

const authorizeSchema = z.object({
  client_id: z.string(),
  redirect_uri: z.string(),
  response_type: z.string(),
  state: z.string().optional(),
  nonce: z.string().optional(),
  scope: z.string().default("openid"),
  audience: z.string().optional(),
  code_challenge: z.string().optional(),
  code_challenge_method: z.string().optional(),
  organization: z.string().optional(),
  invitation: z.string().optional(),
  /** Who signs in; asked for on a page when absent. There are no passwords here. */
  login_hint: z.string().optional(),
});

const exchangeSchema = z.object({
  client_id: z.string(),
  code: z.string(),
  code_verifier: z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/),
  redirect_uri: z.string(),
});

interface Grant {
  user: User;
  organizationId: string;
  clientId: string;
  redirectUri: string;
  challenge: string;
  scope: string;
  nonce: string | undefined;
  until: number;
}

/** Signing in to an organization by authorization code with PKCE, and accepting an invitation by its URL. */
export function signIn(config: IssuerConfig, directory: DirectoryFile, sign: Sign) {
  const grants = new Map<string, Grant>();
  const app = new Hono();

  app.get("/authorize", (c) => {
    const parsed = authorizeSchema.safeParse(c.req.query());
    if (!parsed.success) return c.json(oauthError("invalid_request", whatIsWrong(parsed.error)), 400);
    const asked = parsed.data;
    // Before client and address are known good nobody is sent anywhere.
    if (asked.client_id !== config.loginClientId) return c.json(oauthError("invalid_client", "No such client"), 400);
    if (!config.redirectUris.includes(asked.redirect_uri))
      return c.json(oauthError("invalid_request", "redirect_uri is none of the client's"), 400);
    const back = (result: Record<string, string>) => {
      const url = new URL(asked.redirect_uri);
      const all = { ...result, ...(asked.state !== undefined && { state: asked.state }) };
      for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
      return c.redirect(url.href, 302);
    };
    if (asked.response_type !== "code") return back(oauthError("unsupported_response_type", "Only code is supported"));
    if (asked.code_challenge_method !== "S256" || !/^[A-Za-z0-9_-]{43}$/.test(asked.code_challenge ?? ""))
      return back(oauthError("invalid_request", "Send code_challenge with code_challenge_method S256"));
    if (asked.audience !== undefined && asked.audience !== config.audience)
      return back(oauthError("invalid_target", "No such audience"));
    const organization = directory.organization(asked.organization ?? "");
    if (organization === undefined)
      return back(oauthError("invalid_request", "parameter organization is required and must be one's id"));
    const invitation =
      asked.invitation === undefined ? undefined : directory.openInvitation(organization.id, asked.invitation);
    if (asked.invitation !== undefined && invitation === undefined)
      return back(oauthError("invalid_request", "The invitation was accepted, was withdrawn or has expired"));
    const email = invitation?.invitee.email ?? asked.login_hint;
    if (email === undefined || (invitation !== undefined && asked.login_hint === undefined)) {
      return c.html(signInPage(organization.display_name, asked, email));
    }
    if (invitation !== undefined && asked.login_hint?.toLowerCase() !== email.toLowerCase())
      return back(oauthError("access_denied", "Sign in with the address that was invited"));
    const user = invitation === undefined ? directory.member(organization.id, { email }) : directory.accept(invitation);
    if (user === undefined)
      return back(oauthError("access_denied", `The user is not part of the ${organization.id} organization`));
    const code = randomBytes(32).toString("base64url");
    grants.set(code, {
      user,
      organizationId: organization.id,
      clientId: asked.client_id,
      redirectUri: asked.redirect_uri,
      challenge: asked.code_challenge as string,
      scope: asked.scope,
      nonce: asked.nonce,
      until: Date.now() + CODE_LIFE_MS,
    });
    return back({ code });
  });

  // Where invitations lead while no application has a login page of its own.
  app.get("/login", (c) => {
    const found = invited(c);
    if (found === undefined) return c.html(page("The invitation was accepted, was withdrawn or has expired."), 404);
    const action = new URL(c.req.url).search;
    return c.html(
      page(html`${found.inviter.name} has invited ${found.invitee.email} to
        ${directory.organization(found.organization_id)?.display_name}.
        <form method="post" action="login${action}"><label>Your name <input name="name" maxlength="200"></label>
        <button>Accept</button></form>`),
    );
  });
  app.post("/login", async (c) => {
    const found = invited(c);
    if (found === undefined)
      return c.json(oauthError("invalid_request", "The invitation was accepted, was withdrawn or has expired"), 404);
    const body = z
      .object({ name: z.string().min(1).max(200).optional().catch(undefined) })
      .safeParse(await readBody(c));
    const { user_id, email, name } = directory.accept(found, body.data?.name);
    return c.json({ user_id, email, name, organization: found.organization_id });
  });
  return { app, exchange };

  function invited(c: Context) {
    return directory.openInvitation(c.req.query("organization") ?? "", c.req.query("invitation") ?? "");
  }

  /** The authorization code grant of /oauth/token. A code is good for one attempt, whatever becomes of it. */
  async function exchange(c: Context, body: unknown): Promise<Response> {
    const parsed = exchangeSchema.safeParse(body);
    if (!parsed.success) return c.json(oauthError("invalid_request", whatIsWrong(parsed.error)), 400);
    const { client_id, code, code_verifier, redirect_uri } = parsed.data;
    const grant = grants.get(code);
    grants.delete(code);
    const challenge = createHash("sha256").update(code_verifier).digest("base64url");
    if (
      grant === undefined ||
      grant.until < Date.now() ||
      grant.clientId !== client_id ||
      grant.redirectUri !== redirect_uri ||
      !sameSecret(challenge, grant.challenge)
    ) {
      return c.json(
        oauthError("invalid_grant", "The code, its verifier or its redirect_uri is wrong, or it was used"),
        403,
      );
    }
    const { user, organizationId, scope, nonce } = grant;
    const permissions = directory.permissions(organizationId, user.user_id);
    const who = { sub: user.user_id, org_id: organizationId };
    const access_token = await sign({ ...who, aud: config.audience, azp: client_id, scope, permissions });
    const { email, name } = user;
    const id_token = scope.split(" ").includes("openid")
      ? await sign({ ...who, aud: client_id, email, email_verified: true, name, ...(nonce !== undefined && { nonce }) })
      : undefined;
    return c.json({ access_token, id_token, token_type: "Bearer", expires_in: TOKEN_LIFE, scope });
  }
}

function signInPage(organization: string, asked: z.output<typeof authorizeSchema>, email: string | undefined) {
  const hidden = Object.entries(asked).filter(([name, value]) => name !== "login_hint" && value !== undefined);
  return page(html`<form method="get" action="authorize">Sign in to ${organization}
    ${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
    <label>E-mail <input name="login_hint" type="email" required value="${email ?? ""}"></label>
    <button>Continue</button></form>`);
}

function page(content: unknown) {
  return html`<!doctype html><meta charset="utf-8"><title>Local issuer</title><body>${content}</body>`;
}
