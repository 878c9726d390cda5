import { transaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import type { PlatformRead, PlatformUpdate } from "../../schemas/platform.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { given } from "../given.ts";
import { findPlatform, renderPlatform } from "./select-platform.ts";

/** Changes the given fields of the caller's platform. */
export function updatePlatform(
  { db }: Dependencies,
  caller: PlatformCaller,
  input: PlatformUpdate,
  facts: RequestFacts,
): Promise<PlatformRead> {
  const changes = given(input);
  return transaction(db, async (trx) => {
    const before = await findPlatform(trx, caller.platformId, { lock: true });
    if (Object.keys(changes).length === 0) return renderPlatform(before);
    const after = await trx
      .updateTable("keystone.platform")
      .set({ ...changes, updated_at: sql<Date>`clock_timestamp()` })
      .where("id", "=", caller.platformId)
      .returningAll()
      .executeTakeFirstOrThrow();
    await recordActivity(trx, [
      callersActivity({ ...caller, environmentId: null }, facts, {
        type: "platform.updated",
        category: "platform",
        description: "Platform settings changed",
        resourceType: "platform",
        resourceId: caller.platformId,
        statusCode: 200,
        detail: { changed: Object.keys(changes) },
      }),
    ]);
    return renderPlatform(after);
  });
}
