import { type Store, type StoreTransaction, transaction } from "@keystoneos/store";
import { sql } from "kysely";

const BATCH = 5_000;

/**
 * Removes what is kept for 30 days and is older, at most `batch` rows of a table; resolves to whether there may be more. An event stays
 * while a delivery of it is there, and while its log could be read again. An idempotency key that is gone is free again. A session goes
 * 30 days after its end; what the activity log says of it stands for itself.
 */
export async function purge(db: Store, batch = BATCH): Promise<boolean> {
  return transaction(db, async (trx) => {
    const removed = [
      await purgeDeliveries(trx, batch),
      await purgeEvents(trx, batch),
      await purgeKeys(trx, batch),
      await purgeSessions(trx, batch),
    ];
    await sql`DELETE FROM keystone.webhook_secret WHERE valid_until < now()`.execute(trx);
    return removed.some(({ numAffectedRows = 0n }) => numAffectedRows >= BigInt(batch));
  });
}

const purgeDeliveries = (trx: StoreTransaction, batch: number) =>
  sql`DELETE FROM keystone.webhook_delivery WHERE id IN (
    SELECT id FROM keystone.webhook_delivery WHERE created_at < now() - interval '30 days'
    ORDER BY created_at LIMIT ${batch} FOR UPDATE SKIP LOCKED)`.execute(trx);

const purgeEvents = (trx: StoreTransaction, batch: number) =>
  sql`DELETE FROM keystone.event WHERE (environment_id, id) IN (
    SELECT old.environment_id, old.id FROM keystone.event AS old
    WHERE old.created_at < now() - interval '30 days'
      AND NOT EXISTS (SELECT FROM keystone.webhook_delivery AS delivery
        WHERE delivery.environment_id = old.environment_id AND delivery.event_id = old.id)
      AND (old.chain_id IS NULL OR old.block_number <= (
        SELECT block_number FROM keystone.event_cursor AS cursor WHERE cursor.chain_id = old.chain_id))
    ORDER BY old.created_at LIMIT ${batch} FOR UPDATE SKIP LOCKED)`.execute(trx);

/** By their place, for a key of nobody has nulls in its name; a key is never written again, so its place stays. */
const purgeKeys = (trx: StoreTransaction, batch: number) =>
  sql`DELETE FROM keystone.idempotency_key WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM keystone.idempotency_key WHERE created_at < now() - interval '30 days'
    ORDER BY created_at LIMIT ${batch} FOR UPDATE SKIP LOCKED))`.execute(trx);

const purgeSessions = (trx: StoreTransaction, batch: number) =>
  sql`DELETE FROM keystone.session WHERE id IN (
    SELECT id FROM keystone.session WHERE expires_at < now() - interval '30 days'
    ORDER BY expires_at LIMIT ${batch} FOR UPDATE SKIP LOCKED)`.execute(trx);
