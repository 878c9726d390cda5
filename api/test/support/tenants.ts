import { randomUUID } from "node:crypto";
import type { World } from "./world.ts";
import { AUDIENCE } from "./world.ts";

export const ALL_SCOPES = "settlements:read settlements:write templates:read platform:read platform:webhooks:manage";

/** A platform with one environment, and its machine token. */
export interface Tenant {
  platformId: string;
  platformSlug: string;
  orgId: string;
  environmentId: string;
  environmentSlug: string;
  clientId: string;
  token: string;
}

export interface TokenOptions {
  clientId?: string;
  scope?: string;
  /** Laid over the claims. */
  claims?: Record<string, unknown>;
  /** Seconds from now. */
  expiresIn?: number;
}

export async function createTenant({ db, deps, issuer }: World): Promise<Tenant> {
  const slug = `p-${randomUUID()}`;
  const name = `Platform ${slug}`;
  const platformId = randomUUID();
  const orgId = await deps.directory.createOrganization({ name: slug, displayName: name, platformId });
  if (orgId === null) throw new Error(`there is an organization ${slug} already`);
  await db
    .insertInto("keystone.platform")
    .values({ id: platformId, name, slug, auth0_org_id: orgId })
    .executeTakeFirstOrThrow();
  const environment = await addEnvironment({ db }, platformId);
  const token = await createToken({ issuer }, { clientId: environment.clientId });
  return { platformId, platformSlug: slug, orgId, ...environment, token };
}

/** A further environment of a platform. */
export async function addEnvironment(
  { db }: Pick<World, "db">,
  platformId: string,
): Promise<{ environmentId: string; environmentSlug: string; clientId: string }> {
  const clientId = `client-${randomUUID()}`;
  const slug = `e-${clientId}`;
  const { id } = await db
    .insertInto("keystone.environment")
    .values({ platform_id: platformId, name: "Test", slug, auth0_client_id: clientId })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { environmentId: id, environmentSlug: slug, clientId };
}

/** A token that the issuer signs. */
export function createToken({ issuer }: Pick<World, "issuer">, options: TokenOptions): Promise<string> {
  return issuer.issuer.buildToken({
    expiresIn: options.expiresIn ?? 3600,
    scopesOrTransform: (_header, payload) => {
      delete payload.scope;
      const scope = options.scope ?? ALL_SCOPES;
      Object.assign(payload, { aud: AUDIENCE, azp: options.clientId, scope, ...options.claims });
    },
  });
}

/** A user's token, as the issuer gives to a member of an organization who has signed in. */
export function createUserToken(
  world: Pick<World, "issuer">,
  options: { orgId?: string; permissions?: readonly string[]; userId?: string; claims?: Record<string, unknown> },
): Promise<string> {
  const { orgId, permissions = [], userId = `user|${randomUUID()}` } = options;
  // Like every user's token it names the client that the user has signed in with, which is bound to no environment.
  const user = { azp: "dashboard", sub: userId, org_id: orgId, permissions, scope: "openid profile" };
  return createToken(world, { claims: { ...user, ...options.claims } });
}
