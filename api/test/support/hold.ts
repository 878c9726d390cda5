import { setTimeout } from "node:timers/promises";
import { type RawBuilder, sql } from "kysely";
import type { World } from "./world.ts";

/**
 * Has requests meet for certain: holds a trade reference, starts them, waits until so many of them wait for a lock, does what is to be
 * done meanwhile, then lets go. Resolves to what the requests resolve to.
 */
export async function meet<T>(
  { db }: Pick<World, "db">,
  reference: string,
  requests: () => Promise<T>[],
  waiting: number,
  meanwhile: () => Promise<void> = async () => {},
): Promise<T[]> {
  await db
    .insertInto("keystone.trade_reference")
    .values({ reference })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const lock = sql`SELECT FROM keystone.trade_reference WHERE reference = ${reference} FOR UPDATE`;
  return meetAt({ db }, lock, requests, waiting, meanwhile);
}

/** The same for whatever a statement locks. */
export async function meetAt<T>(
  { db }: Pick<World, "db">,
  lock: RawBuilder<unknown>,
  requests: () => Promise<T>[],
  waiting: number,
  meanwhile: () => Promise<void> = async () => {},
): Promise<T[]> {
  const started = await db.transaction().execute(async (trx) => {
    await lock.execute(trx);
    const pending = requests();
    await untilWaiting({ db }, waiting);
    await meanwhile();
    // In an object, because a transaction would wait for a promise, and these wait for the transaction.
    return { pending };
  });
  return Promise.all(started.pending);
}

/** Resolves once so many sessions of this database wait for a lock. */
export async function untilWaiting({ db }: Pick<World, "db">, count: number): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ waiting: number }>`
      SELECT count(DISTINCT pid)::integer AS waiting FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE NOT granted AND pg_stat_activity.datname = current_database()`.execute(db);
    if ((rows[0]?.waiting ?? 0) >= count) return;
    await setTimeout(20);
  }
}

/** The same at a settlement's row: the requests come in waves, each when all of the one before wait for the row. */
export async function meetAtSettlement<T>(
  { db }: Pick<World, "db">,
  settlementId: string,
  ...waves: (() => Promise<T>[])[]
): Promise<T[]> {
  const started = await db.transaction().execute(async (trx) => {
    await sql`SELECT FROM keystone.settlement WHERE id = ${settlementId}::uuid FOR UPDATE`.execute(trx);
    const pending: Promise<T>[] = [];
    for (const wave of waves) {
      pending.push(...wave());
      await untilWaiting({ db }, pending.length);
    }
    return { pending };
  });
  return Promise.all(started.pending);
}
