import type { Store, StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import { ValidationError } from "../../errors/validation.ts";
import { eventsOf } from "../events/list-events.ts";
import type { NewEvent } from "../events/store-events.ts";
import type { Finality } from "../settlements/finality.ts";

/**
 * Notes that facts are shown before they are recorded, when everything up to `position` was shown: whoever resumes from one of them has
 * seen that much. Of several servers that show a fact the one that was behind counts.
 */
export async function markShown(db: Store, events: NewEvent[], position: bigint): Promise<void> {
  if (events.length === 0) return;
  await db
    .insertInto("keystone.stream_mark")
    .values(
      events.map(({ environmentId, id, settlementId }) => ({
        environment_id: environmentId,
        event_id: id,
        settlement_id: settlementId as string,
        position,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(["environment_id", "event_id"])
        .doUpdateSet({ position })
        .where("keystone.stream_mark.position", ">", position),
    )
    .execute();
}

/** The position behind which a reader goes on that has seen this event last. Throws ValidationError for one that is not known (any more). */
export async function resumePoint(
  db: Store,
  environmentId: string,
  eventId: string,
  finality: Finality,
): Promise<bigint> {
  const recorded = await eventsOf(db, environmentId).select("position").where("id", "=", eventId).executeTakeFirst();
  // Only who is shown what is pending can have seen the fact before it was recorded.
  const shown =
    finality !== "pending"
      ? undefined
      : await db
          .selectFrom("keystone.stream_mark")
          .select("position")
          .where("environment_id", "=", environmentId)
          .where("event_id", "=", eventId)
          .where("created_at", ">", sql<Date>`now() - interval '30 days'`)
          .executeTakeFirst();
  const positions = [recorded?.position, shown?.position].filter((position) => typeof position === "bigint");
  if (positions.length > 0) return positions.sort((a, b) => (a < b ? -1 : 1))[0] as bigint;
  const msg = "Last-Event-ID should be an event of the last 30 days; without it the stream begins now";
  throw new ValidationError([{ loc: ["header", "last-event-id"], msg, type: "value_error" }]);
}

/** Settlements of which facts were shown that are neither recorded nor among `present`: reorgs took them back. */
export async function takenBack(trx: StoreTransaction, environmentId: string, present: string[]): Promise<string[]> {
  const rows = await trx
    .selectFrom("keystone.stream_mark as mark")
    .select("mark.settlement_id")
    .distinct()
    .where("mark.environment_id", "=", environmentId)
    .where(sql<boolean>`mark.event_id <> ALL(${present}::text[])`)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("keystone.event as event")
            .select("event.id")
            .whereRef("event.environment_id", "=", "mark.environment_id")
            .whereRef("event.id", "=", "mark.event_id"),
        ),
      ),
    )
    .execute();
  return rows.map(({ settlement_id }) => settlement_id);
}
