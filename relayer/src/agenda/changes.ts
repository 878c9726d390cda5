import type { Store } from "@keystoneos/store";
import { sql } from "kysely";
import type { Hex } from "viem";

interface Head {
  number: bigint;
  /** Unix seconds. */
  timestamp: number;
}

/** Where a look at the changes has ended, for the next one to begin. */
export interface Cursor {
  heads: ReadonlyMap<number, Head>;
  /** The database's time; null before the first look, for which everything is new. */
  at: Date | null;
  /** What the look had of the platform's tables: the next one, which overlaps with it, does not take it for new. */
  touched: ReadonlySet<string>;
}

export interface Changes {
  cursor: Cursor;
  /** A chain has gone back: what it took with it is not among the changes. */
  reorged: boolean;
  settlementIds: ReadonlySet<string>;
  settlementHashes: ReadonlySet<Hex>;
}

/** A transaction of the database shows only when it is committed, later than the times in it say. */
const OVERLAP_SECONDS = 10;
/** Blocks that are read again: the indexer may show a head before all that was on it. */
const OVERLAP_BLOCKS = 3n;

/** What has changed since the cursor, on the chains as indexed and in the platform's tables, by whomever; of the chains a little twice. */
export async function readChanges(db: Store, since: Cursor): Promise<Changes> {
  const rows = await db.selectFrom("indexer.chain_head").selectAll().execute();
  const heads = new Map(
    rows.map((row) => [
      Number(row.chain_id),
      { number: row.block_number, timestamp: Number(row.block_timestamp) } satisfies Head,
    ]),
  );
  const reorged = [...since.heads].some(([chainId, { number }]) => (heads.get(chainId)?.number ?? 0n) < number);
  const hashes = await Promise.all([...since.heads].map(([chainId, { number }]) => hashesSince(db, chainId, number)));
  const touched = since.at === null ? new Map<string, string>() : await touchedSince(db, since.at);
  const fresh = [...touched].filter(([version]) => !since.touched.has(version));
  const clock = await sql<{ now: Date }>`SELECT clock_timestamp() AS now`.execute(db);
  return {
    cursor: { heads, at: (clock.rows[0] as { now: Date }).now, touched: new Set(touched.keys()) },
    reorged,
    settlementIds: new Set(fresh.map(([, settlementId]) => settlementId)),
    settlementHashes: new Set(hashes.flat()),
  };
}

/** Settlements by what was written of them: a table and the transaction that wrote. */
async function touchedSince(db: Store, at: Date): Promise<Map<string, string>> {
  const { rows } = await sql<{ version: string; settlement_id: string }>`
    WITH since AS (SELECT ${at}::timestamptz - make_interval(secs => ${OVERLAP_SECONDS}) AS at), touched AS (
      SELECT 'intent' AS what, settlement_id, updated_at AS at, xmin::text AS writer FROM keystone.intent
      UNION ALL SELECT 'check', settlement_id, updated_at, xmin::text FROM keystone.compliance_check
      UNION ALL SELECT 'round', settlement_id, started_at, xmin::text FROM keystone.screening_round
      UNION ALL SELECT 'attestation', settlement_id, created_at, xmin::text FROM keystone.attestation
      UNION ALL SELECT 'transaction', settlement_id, updated_at, xmin::text FROM keystone.chain_transaction WHERE settlement_id IS NOT NULL
    )
    SELECT DISTINCT what || ' ' || settlement_id || ' ' || writer AS version, settlement_id
    FROM touched, since WHERE touched.at > since.at
  `.execute(db);
  return new Map(rows.map(({ version, settlement_id }) => [version, settlement_id]));
}

async function hashesSince(db: Store, chainId: number, number: bigint): Promise<Hex[]> {
  const rows = await db
    .selectFrom("indexer.chain_event")
    .select("settlement_hash")
    .distinct()
    .where("chain_id", "=", BigInt(chainId))
    .where("block_number", ">", number - OVERLAP_BLOCKS)
    .where("settlement_hash", "is not", null)
    .execute();
  return rows.flatMap(({ settlement_hash }) => (settlement_hash === null ? [] : [settlement_hash]));
}
