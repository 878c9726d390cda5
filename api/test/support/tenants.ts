import { randomUUID } from "node:crypto";
import type { World } from "./world.ts";
import { AUDIENCE } from "./world.ts";

export const ALL_SCOPES = "settlements:read settlements:write templates:read platform:read platform:webhooks:manage";

/** A platform with one environment, and its machine token. */
export interface Tenant {
  platformId: string;
  platformSlug: string;
  environmentId: string;
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

export async function createTenant({ db, issuer }: World): Promise<Tenant> {
  const slug = `p-${randomUUID()}`;
  const { id: platformId } = await db
    .insertInto("keystone.platform")
    .values({ name: `Platform ${slug}`, slug, auth0_org_id: null })
    .returning("id")
    .executeTakeFirstOrThrow();
  const environment = await addEnvironment({ db }, platformId);
  const token = await createToken({ issuer }, { clientId: environment.clientId });
  return { platformId, platformSlug: slug, ...environment, token };
}

/** A further environment of a platform. */
export async function addEnvironment(
  { db }: Pick<World, "db">,
  platformId: string,
): Promise<{ environmentId: string; clientId: string }> {
  const clientId = `client-${randomUUID()}`;
  const { id } = await db
    .insertInto("keystone.environment")
    .values({ platform_id: platformId, name: "Test", slug: `e-${clientId}`, auth0_client_id: clientId })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { environmentId: id, clientId };
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
