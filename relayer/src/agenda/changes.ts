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

/** What has changed since the cursor, on the chains as indexed and in the platform's tables, by whomever; a little of it twice. */
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
  const touched = since.at === null ? [] : await touchedSince(db, since.at);
  const clock = await sql<{ now: Date }>`SELECT clock_timestamp() AS now`.execute(db);
  return {
    cursor: { heads, at: (clock.rows[0] as { now: Date }).now },
    reorged,
    settlementIds: new Set(touched),
    settlementHashes: new Set(hashes.flat()),
  };
}

async function touchedSince(db: Store, at: Date): Promise<string[]> {
  const { rows } = await sql<{ settlement_id: string }>`
    WITH since AS (SELECT ${at}::timestamptz - make_interval(secs => ${OVERLAP_SECONDS}) AS at)
    SELECT settlement_id FROM keystone.intent, since WHERE updated_at > since.at
    UNION SELECT settlement_id FROM keystone.compliance_check, since WHERE updated_at > since.at
    UNION SELECT settlement_id FROM keystone.screening_round, since WHERE started_at > since.at
    UNION SELECT settlement_id FROM keystone.attestation, since WHERE created_at > since.at
    UNION SELECT settlement_id FROM keystone.chain_transaction, since WHERE updated_at > since.at AND settlement_id IS NOT NULL
  `.execute(db);
  return rows.map((row) => row.settlement_id);
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
