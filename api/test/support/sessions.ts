import { randomUUID } from "node:crypto";
import type { Right } from "../../src/auth/rights.ts";
import type { Tenant } from "./tenants.ts";
import type { World } from "./world.ts";

interface SessionOptions {
  scopes: readonly Right[];
  settlementIds?: string[];
  /** Seconds from now. */
  expiresIn?: number;
  revoked?: boolean;
}

/** A session as the API makes one, also in a state that it does not make one in. Resolves to its id and token. */
export async function createSession(
  { db, deps }: Pick<World, "db" | "deps">,
  { platformId, environmentId }: Tenant,
  { scopes, settlementIds, expiresIn = 600, revoked = false }: SessionOptions,
): Promise<{ id: string; token: string }> {
  const id = randomUUID();
  const expiresAt = new Date(Math.floor(Date.now() / 1000 + expiresIn) * 1000);
  await db
    .insertInto("keystone.session")
    .values({
      id,
      environment_id: environmentId,
      scopes: [...scopes],
      settlement_ids: settlementIds ?? null,
      expires_at: expiresAt,
      revoked_at: revoked ? new Date() : null,
    })
    .execute();
  return { id, token: await deps.sessions.sign({ sessionId: id, platformId, environmentId, expiresAt }) };
}
