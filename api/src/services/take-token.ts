import type { Store } from "@keystoneos/store";
import { sql } from "kysely";

/** One of the buckets that hold back whoever calls too often: an environment's, a session's, a user's, an address's. */
export interface Bucket {
  key: string;
  /** How many calls it holds, and how many come back in a minute. */
  perMinute: number;
}

/** What a bucket holds after a call. */
export interface Allowance {
  limit: number;
  remaining: number;
  /** Unix seconds: when it is full again. */
  reset: number;
  /** Seconds until a refused call would be let through; null when this one was. */
  retryAfter: number | null;
}

/**
 * Takes one token from a bucket that all API servers share, by the clock of the database. The time at which the bucket is full again
 * says how many tokens it holds: each token that is missing puts it off by a minute's share, and a whole minute means that it is empty.
 */
export async function takeToken(db: Store, { key, perMinute }: Bucket): Promise<Allowance> {
  // Rounded down, so that a minute holds all of them.
  const microseconds = Math.floor(60_000_000 / perMinute);
  const share = sql`${microseconds}::integer * interval '1 microsecond'`;
  const taken = await sql<{ remaining: number; reset: number }>`
    INSERT INTO keystone.rate_bucket AS bucket (key, full_at) VALUES (${key}, now() + ${share})
    ON CONFLICT (key) DO UPDATE SET full_at = greatest(bucket.full_at, now()) + ${share}
      WHERE greatest(bucket.full_at, now()) + ${share} <= now() + interval '1 minute'
    RETURNING ceil(extract(epoch FROM full_at))::float8 AS reset,
      floor(extract(epoch FROM now() + interval '1 minute' - full_at) * 1000000 / ${microseconds}::integer)::integer
        AS remaining`.execute(db);
  const [row] = taken.rows;
  if (row !== undefined) {
    return { limit: perMinute, remaining: Math.min(row.remaining, perMinute - 1), reset: row.reset, retryAfter: null };
  }
  const found = await sql<{ reset: number; wait: number }>`
    SELECT ceil(extract(epoch FROM full_at))::float8 AS reset,
      ceil(extract(epoch FROM full_at + ${share} - now() - interval '1 minute'))::float8 AS wait
    FROM keystone.rate_bucket WHERE key = ${key}`.execute(db);
  // It may be gone since, full: then there is nothing to wait for.
  const { reset, wait } = found.rows[0] ?? { reset: Math.ceil(Date.now() / 1000), wait: 0 };
  return { limit: perMinute, remaining: 0, reset, retryAfter: Math.max(1, wait) };
}

/** Forgets the buckets that are full, which are as good as none. Resolves to how many there were. */
export async function sweepBuckets(db: Store): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom("keystone.rate_bucket")
    .where("full_at", "<", sql<Date>`now()`)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
