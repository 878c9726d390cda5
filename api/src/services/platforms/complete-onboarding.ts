import { transaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import type { PlatformRead } from "../../schemas/platform.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { findPlatform, renderPlatform } from "./select-platform.ts";

/** Notes that the platform is set up; when it was first said stays. */
export function completeOnboarding(
  { db }: Dependencies,
  caller: PlatformCaller,
  facts: RequestFacts,
): Promise<PlatformRead> {
  return transaction(db, async (trx) => {
    const before = await findPlatform(trx, caller.platformId, { lock: true });
    if (before.onboarding_completed_at !== null) return renderPlatform(before);
    const now = sql<Date>`clock_timestamp()`;
    const after = await trx
      .updateTable("keystone.platform")
      .set({ onboarding_completed_at: now, updated_at: now })
      .where("id", "=", caller.platformId)
      .returningAll()
      .executeTakeFirstOrThrow();
    await recordActivity(trx, [
      callersActivity({ ...caller, environmentId: null }, facts, {
        type: "platform.onboarding_completed",
        category: "platform",
        description: "Onboarding completed",
        resourceType: "platform",
        resourceId: caller.platformId,
        statusCode: 200,
      }),
    ]);
    return renderPlatform(after);
  });
}
