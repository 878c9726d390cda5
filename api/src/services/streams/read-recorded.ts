import type { Store, StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";

/** A recorded event of one environment. */
export interface RecordedEvent {
  environment_id: string;
  id: string;
  event: string;
  settlement_id: string | null;
  data: Record<string, unknown>;
  position: bigint;
  /** Whether it holds by the policy that was asked for, does not yet, or never will: a reorg took it back. */
  standing: "told" | "waiting" | "lost";
}

/** By chain the newest block that is final. */
export type FinalBlocks = ReadonlyMap<number, bigint>;

/** The recorded events behind a position of each environment, oldest first, at most `limit` of each; with `final` how each of them stands. */
export async function readRecorded(
  db: Store | StoreTransaction,
  seen: { environmentId: string; position: bigint }[],
  { limit, final }: { limit: number; final?: FinalBlocks },
): Promise<RecordedEvent[]> {
  if (seen.length === 0) return [];
  const log = sql.table("indexer.chain_event");
  const standing =
    final === undefined
      ? sql`'told'`
      : sql`CASE
          WHEN event.chain_id IS NULL THEN 'told'
          WHEN event.block_number > coalesce((SELECT block FROM unnest(${[...final.keys()]}::bigint[], ${[...final.values()].map(String)}::bigint[])
            AS final (chain_id, block) WHERE final.chain_id = event.chain_id), -1) THEN 'waiting'
          WHEN EXISTS (SELECT FROM ${log} AS log WHERE log.chain_id = event.chain_id
            AND log.block_hash = event.block_hash AND log.log_index = event.log_index) THEN 'told'
          ELSE 'lost' END`;
  const { rows } = await sql<RecordedEvent>`
    SELECT event.environment_id, event.id, event.event, event.settlement_id, event.data, event.position, ${standing} AS standing
    FROM unnest(${seen.map((one) => one.environmentId)}::uuid[], ${seen.map((one) => String(one.position))}::bigint[])
      AS seen (environment_id, position)
    CROSS JOIN LATERAL (
      SELECT * FROM keystone.event AS own
      WHERE own.environment_id = seen.environment_id AND own.position > seen.position
      ORDER BY own.position LIMIT ${limit}
    ) AS event
    ORDER BY event.environment_id, event.position`.execute(db);
  return rows;
}

/** The last position given in each environment. */
export async function lastPositions(trx: StoreTransaction, environmentIds: string[]): Promise<Map<string, bigint>> {
  if (environmentIds.length === 0) return new Map();
  const rows = await trx
    .selectFrom("keystone.event_position")
    .selectAll()
    .where("environment_id", "in", environmentIds)
    .execute();
  return new Map(rows.map(({ environment_id, last }) => [environment_id, last]));
}

/** The position of the first event of each environment that waits for its block to be final. */
export async function firstWaiting(
  trx: StoreTransaction,
  environmentIds: string[],
  final: FinalBlocks,
): Promise<Map<string, bigint>> {
  if (environmentIds.length === 0) return new Map();
  const { rows } = await sql<{ environment_id: string; position: bigint }>`
    SELECT event.environment_id, min(event.position) AS position
    FROM unnest(${[...final.keys()]}::bigint[], ${[...final.values()].map(String)}::bigint[]) AS final (chain_id, block)
    JOIN keystone.event AS event ON event.chain_id = final.chain_id AND event.block_number > final.block
    WHERE event.environment_id = ANY(${environmentIds}::uuid[]) AND event.position IS NOT NULL
    GROUP BY event.environment_id`.execute(trx);
  return new Map(rows.map(({ environment_id, position }) => [environment_id, position]));
}
