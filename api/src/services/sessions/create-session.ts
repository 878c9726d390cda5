import { randomUUID } from "node:crypto";
import { type StoreTransaction, transaction } from "@keystoneos/store";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { ApiError } from "../../errors/api-error.ts";
import type { SessionCreate, SessionRead } from "../../schemas/session.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { settlementsOf } from "../settlements/select-settlement.ts";
import { showTime, wholeSecond } from "../time.ts";

/**
 * Makes a session with some of the machine's own rights, for all settlements of its environment or for those listed.
 * Throws ApiError 403 insufficient_scope, 404; then there is none.
 */
export async function createSession(
  deps: Dependencies,
  caller: Caller,
  input: SessionCreate,
  facts: RequestFacts,
): Promise<SessionRead> {
  const scopes = [...new Set(input.scopes)];
  const beyond = scopes.filter((scope) => !caller.rights.has(scope));
  if (beyond.length > 0) {
    throw new ApiError("insufficient_scope", `The token itself lacks the right ${beyond.join(" and ")}`, {
      loc: ["body", "scopes"],
      context: { required: beyond.length === 1 ? beyond[0] : beyond },
    });
  }
  const settlementIds = input.settlement_ids == null ? null : [...new Set(input.settlement_ids)];
  const id = randomUUID();
  // The token counts in seconds, and the row says the same.
  const expiresAt = wholeSecond(new Date(Date.now() + input.expires_in * 1000));
  const row = await transaction(deps.db, async (trx) => {
    if (settlementIds !== null) await checkSettlements(deps, trx, caller, input.settlement_ids ?? []);
    const made = await trx
      .insertInto("keystone.session")
      .values({
        id,
        environment_id: caller.environmentId,
        scopes,
        settlement_ids: settlementIds,
        metadata: input.metadata == null ? null : JSON.stringify(input.metadata),
        expires_at: expiresAt,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await recordActivity(trx, [
      callersActivity(caller, facts, {
        type: "session.created",
        category: "session",
        description: "Session created",
        resourceType: "session",
        resourceId: id,
        statusCode: 201,
        detail: { scopes, settlement_ids: settlementIds, metadata: made.metadata, expires_at: showTime(expiresAt) },
      }),
    ]);
    return made;
  });
  const { platformId, environmentId } = caller;
  return {
    id,
    session_token: await deps.sessions.sign({ sessionId: id, platformId, environmentId, expiresAt }),
    scopes,
    settlement_ids: row.settlement_ids,
    metadata: row.metadata,
    expires_at: showTime(row.expires_at),
    created_at: showTime(row.created_at),
  };
}

async function checkSettlements(
  { deployment }: Dependencies,
  trx: StoreTransaction,
  caller: Caller,
  ids: string[],
): Promise<void> {
  const found = await settlementsOf(trx, deployment, caller.environmentId)
    .select("settlement.id")
    .where("settlement.id", "in", ids)
    .execute();
  const known = new Set(found.map((row) => row.id));
  const unknown = ids.findIndex((id) => !known.has(id));
  if (unknown === -1) return;
  throw new ApiError("not_found", "Settlement not found", { loc: ["body", "settlement_ids", unknown] });
}
