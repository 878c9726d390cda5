import { sql } from "kysely";
import type { Store } from "./connect.ts";

/** Seconds for which the delivery that is due longest has been due; 0 when none is. */
export async function oldestDueDelivery(db: Store): Promise<number> {
  return seconds(
    db,
    sql`SELECT min(next_attempt_at) AS since FROM keystone.webhook_delivery AS delivery
      JOIN keystone.webhook_endpoint AS endpoint ON endpoint.id = delivery.endpoint_id AND endpoint.is_active
      WHERE delivery.pending AND delivery.next_attempt_at <= now()`,
  );
}

/**
 * Seconds since the oldest open intent could be worked on: since it was stored, and for a repo's closing since its maturity; 0 when there
 * is none.
 */
export async function oldestOpenIntent(db: Store): Promise<number> {
  return seconds(
    db,
    sql`SELECT min(since) AS since FROM (
        SELECT CASE WHEN intent.kind = 'settle' AND settlement.settlement_category = 'repo_close'
          THEN settlement.maturity_at ELSE intent.created_at END AS since
        FROM keystone.intent JOIN keystone.settlement ON settlement.id = intent.settlement_id
        WHERE intent.status = 'open'
      ) AS open
      WHERE since <= now()`,
  );
}

async function seconds(db: Store, query: ReturnType<typeof sql>): Promise<number> {
  const { rows } = await sql<{ age: number | null }>`
    SELECT extract(epoch FROM clock_timestamp() - since)::float8 AS age FROM (${query}) AS oldest`.execute(db);
  return rows[0]?.age ?? 0;
}

/** How far each chain is indexed, and how old its newest indexed block is. */
export async function indexedChains(db: Store): Promise<{ chainId: number; block: number; lagSeconds: number }[]> {
  const rows = await db.selectFrom("indexer.chain_head").selectAll().execute();
  return rows.map((row) => ({
    chainId: Number(row.chain_id),
    block: Number(row.block_number),
    lagSeconds: Math.max(0, Math.floor(Date.now() / 1000) - Number(row.block_timestamp)),
  }));
}
