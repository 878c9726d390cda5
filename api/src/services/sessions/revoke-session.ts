import { transaction } from "@keystoneos/store";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { notFound } from "../../errors/api-error.ts";
import { isUuid } from "../../schemas/primitives.ts";
import { callersActivity, recordActivity } from "../activity.ts";

/** Ends a session of the caller's environment; one that has ended stays so. Throws ApiError 404. */
export async function revokeSession(
  { db }: Dependencies,
  caller: Caller,
  id: string,
  facts: RequestFacts,
): Promise<void> {
  if (!isUuid(id)) throw notFound("Session");
  await transaction(db, async (trx) => {
    const session = await trx
      .selectFrom("keystone.session")
      .select(["id", "revoked_at"])
      .where("id", "=", id)
      .where("environment_id", "=", caller.environmentId)
      .forUpdate()
      .executeTakeFirst();
    if (session === undefined) throw notFound("Session");
    if (session.revoked_at !== null) return;
    await trx.updateTable("keystone.session").set({ revoked_at: new Date() }).where("id", "=", session.id).execute();
    await recordActivity(trx, [
      callersActivity(caller, facts, {
        type: "session.revoked",
        category: "session",
        description: "Session revoked",
        resourceType: "session",
        resourceId: session.id,
        statusCode: 204,
      }),
    ]);
  });
}
