import { type Store, transaction } from "@keystoneos/store";
import { sql } from "kysely";
import { recordActivity, systemActivity } from "../activity.ts";
import { instructionEvent } from "../events/instruction-events.ts";
import { storeEvents } from "../events/store-events.ts";

const BATCH = 500;

/** Marks instructions that have expired, a batch at a time; returns how many. Any number of processes may do it at once. */
export async function expireInstructions(db: Store): Promise<number> {
  return transaction(db, async (trx) => {
    const rows = await trx
      .updateTable("keystone.instruction")
      .set({ status: "expired", updated_at: sql<Date>`clock_timestamp()` })
      .where("status", "=", "pending_match")
      .where("id", "in", (eb) =>
        eb
          .selectFrom("keystone.instruction")
          .select("id")
          .where("status", "=", "pending_match")
          .where("expires_at", "<=", sql<Date>`clock_timestamp()`)
          .orderBy("expires_at")
          .limit(BATCH)
          .forUpdate()
          .skipLocked(),
      )
      .returning(["id", "platform_id", "environment_id", "trade_reference", "expires_at"])
      .execute();
    const activities = rows.map((row) =>
      systemActivity({ platformId: row.platform_id, environmentId: row.environment_id }, "sweep", {
        type: "instruction.expired",
        category: "instruction",
        description: "Instruction expired without a match",
        resourceType: "instruction",
        resourceId: row.id,
      }),
    );
    await recordActivity(trx, activities);
    await storeEvents(
      trx,
      rows.map((row) =>
        instructionEvent({
          event: "instruction.expired",
          environmentId: row.environment_id,
          instructionId: row.id,
          tradeReference: row.trade_reference,
          status: "expired",
          at: row.expires_at,
        }),
      ),
    );
    return rows.length;
  });
}
