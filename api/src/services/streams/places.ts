import { type Store, transaction } from "@keystoneos/store";
import { sql } from "kysely";

/** Streams of one environment at once, over all API servers. */
export const MAX_STREAMS = 50;
/** After so long without a renewal a place is free: its server was killed. */
export const LEASE_SECONDS = 30;

const leaseEnd = sql<Date>`clock_timestamp() + ${sql.lit(LEASE_SECONDS)} * interval '1 second'`;

/** Takes a place for the stream `id`; false when the environment has none left. */
export function takePlace(db: Store, environmentId: string, id: string): Promise<boolean> {
  return transaction(db, async (trx) => {
    // One at a time, so that two who see the last place do not both take it.
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`stream_place ${environmentId}`}, 0))`.execute(trx);
    const { rows } = await sql`
      INSERT INTO keystone.stream_place (id, environment_id, leased_until)
      SELECT ${id}::uuid, ${environmentId}::uuid, ${leaseEnd}
      WHERE (SELECT count(*) FROM keystone.stream_place
        WHERE environment_id = ${environmentId}::uuid AND leased_until > clock_timestamp()) < ${sql.lit(MAX_STREAMS)}
      RETURNING id`.execute(trx);
    return rows.length > 0;
  });
}

/** Prolongs leases, and says whose were prolonged: one that has ended may be another's place by now. */
export async function renewPlaces(db: Store, ids: string[]): Promise<Set<string>> {
  const renewed = await db
    .updateTable("keystone.stream_place")
    .set({ leased_until: leaseEnd })
    .where("id", "in", ids)
    .where("leased_until", ">", sql<Date>`clock_timestamp()`)
    .returning("id")
    .execute();
  return new Set(renewed.map(({ id }) => id));
}

export async function releasePlaces(db: Store, ids: string[]): Promise<void> {
  await db.deleteFrom("keystone.stream_place").where("id", "in", ids).execute();
}

/** Forgets places whose servers were killed, and marks from which nobody resumes any more. */
export async function sweepStreams(db: Store): Promise<void> {
  await db.deleteFrom("keystone.stream_place").where("leased_until", "<", sql<Date>`clock_timestamp()`).execute();
  await db.deleteFrom("keystone.stream_mark").where("created_at", "<", sql<Date>`now() - interval '30 days'`).execute();
}
