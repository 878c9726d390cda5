import type { Store } from "@keystoneos/store";
import { ApiError } from "../errors/api-error.ts";
import { isUuid } from "../schemas/primitives.ts";
import { type Tenant, tenants } from "./find-tenant.ts";

export interface FoundSession {
  tenant: Tenant;
  scopes: string[];
  settlementIds: string[] | null;
}

/** The session and its environment as they are now: one that was revoked ends at once. Throws ApiError 401. */
export async function findSession(db: Store, sessionId: string): Promise<FoundSession> {
  const row = isUuid(sessionId)
    ? await tenants(db)
        .innerJoin("keystone.session as session", "session.environment_id", "environment.id")
        .select(["session.scopes", "session.settlement_ids", "session.revoked_at"])
        .where("session.id", "=", sessionId)
        .executeTakeFirst()
    : undefined;
  const headers = { "WWW-Authenticate": "Bearer" };
  if (row === undefined) throw new ApiError("token_invalid", "There is no such session", { headers });
  const { scopes, settlement_ids, revoked_at, ...tenant } = row;
  if (revoked_at !== null)
    throw new ApiError("session_revoked", "The session was revoked; make another one", { headers });
  return { tenant, scopes, settlementIds: settlement_ids };
}
