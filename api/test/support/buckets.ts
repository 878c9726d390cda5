import { sql } from "kysely";
import type { World } from "./world.ts";

/** Empties a bucket for a good while. */
export async function emptyBucket({ db }: Pick<World, "db">, key: string): Promise<void> {
  const full_at = sql<Date>`now() + interval '10 minutes'`;
  await db
    .insertInto("keystone.rate_bucket")
    .values({ key, full_at })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ full_at }))
    .execute();
}

/** Lets so many seconds pass for a bucket. */
export async function ageBucket({ db }: Pick<World, "db">, key: string, seconds: number): Promise<void> {
  await db
    .updateTable("keystone.rate_bucket")
    .set({ full_at: sql<Date>`full_at - make_interval(secs => ${seconds})` })
    .where("key", "=", key)
    .executeTakeFirstOrThrow();
}
