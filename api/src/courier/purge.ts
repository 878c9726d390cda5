import { type Store, transaction } from "@keystoneos/store";
import { sql } from "kysely";

const BATCH = 5_000;

/**
 * Removes what is older than the 30 days that logs and events are kept, a batch at a time; returns how many rows. An event stays while
 * a delivery of it is there, and while its log could be read again.
 */
export async function purge(db: Store): Promise<number> {
  return transaction(db, async (trx) => {
    const deliveries = await sql`
      DELETE FROM keystone.webhook_delivery WHERE id IN (
        SELECT id FROM keystone.webhook_delivery WHERE created_at < now() - interval '30 days'
        ORDER BY created_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`.execute(trx);
    const events = await sql`
      DELETE FROM keystone.event WHERE (environment_id, id) IN (
        SELECT old.environment_id, old.id FROM keystone.event AS old
        WHERE old.created_at < now() - interval '30 days'
          AND NOT EXISTS (SELECT FROM keystone.webhook_delivery AS delivery
            WHERE delivery.environment_id = old.environment_id AND delivery.event_id = old.id)
          AND (old.chain_id IS NULL OR old.block_number <= (
            SELECT block_number FROM keystone.event_cursor AS cursor WHERE cursor.chain_id = old.chain_id))
        ORDER BY old.created_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`.execute(trx);
    const secrets = await sql`DELETE FROM keystone.webhook_secret WHERE valid_until < now()`.execute(trx);
    return Number(
      (deliveries.numAffectedRows ?? 0n) + (events.numAffectedRows ?? 0n) + (secrets.numAffectedRows ?? 0n),
    );
  });
}
