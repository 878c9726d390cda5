import type { StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";

/**
 * Takes the one lock of a trade reference until `trx` ends, and returns the database's clock read under it: whoever is second sees
 * everything the first has done, and later than it.
 */
export async function lockReference(trx: StoreTransaction, reference: string): Promise<Date> {
  // Changes nothing where it is there already, but waits for whoever holds it.
  await trx
    .insertInto("keystone.trade_reference")
    .values({ reference })
    .onConflict((conflict) => conflict.column("reference").doUpdateSet({ reference }))
    .execute();
  // The previous holder's row may carry the same millisecond: one later keeps "oldest first" true.
  const { rows } = await sql<{ now: Date }>`
    SELECT greatest(clock_timestamp(), max(created_at) + interval '1 millisecond')::timestamptz(3) AS now
    FROM keystone.instruction WHERE trade_reference = ${reference}`.execute(trx);
  return rows[0]?.now as Date;
}
