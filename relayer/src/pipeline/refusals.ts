import type { Store, StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { RevertReason } from "../chains/revert.ts";
import type { Effect, Pipeline } from "./types.ts";

/** Keeps what a contract refuses, so that whoever wonders why nothing moves can look it up. Only a contract's own answer counts. */
export async function keepRefusal(
  { db, settings, log }: Pipeline,
  { chainId, settlementId, kind, subject }: Effect,
  reason: RevertReason,
  block: bigint,
): Promise<void> {
  const newest = {
    error_name: reason.name,
    error_args: reason.args,
    block_number: block,
    last_seen_at: sql<Date>`clock_timestamp()`,
  };
  const { is_dead, count } = await db
    .insertInto("keystone.refused_call")
    .values({ chain_id: chainId, settlement_id: settlementId, kind, subject, ...newest })
    .onConflict((oc) =>
      oc.columns(["chain_id", "settlement_id", "kind", "subject"]).doUpdateSet({
        ...newest,
        count: sql<number>`refused_call.count + 1`,
        is_dead: sql<boolean>`refused_call.count + 1 >= ${settings.deadAfterRefusals}
          AND clock_timestamp() - refused_call.first_seen_at >= ${settings.deadAfterSeconds} * interval '1 second'`,
      }),
    )
    .returning(["is_dead", "count"])
    .executeTakeFirstOrThrow();
  if (is_dead) log.error({ chainId, settlementId, kind, subject, count, error: reason.text }, "a refused call is dead");
}

/** The call was accepted, or there is nothing left for it to do. */
export async function forgetRefusal(db: Store | StoreTransaction, effect: Effect): Promise<void> {
  await db
    .deleteFrom("keystone.refused_call")
    .where("chain_id", "=", BigInt(effect.chainId))
    .where("settlement_id", "=", effect.settlementId)
    .where("kind", "=", effect.kind)
    .where("subject", "=", effect.subject)
    .execute();
}

export async function isDead({ db }: Pipeline, effect: Effect): Promise<boolean> {
  const row = await db
    .selectFrom("keystone.refused_call")
    .select("is_dead")
    .where("chain_id", "=", BigInt(effect.chainId))
    .where("settlement_id", "=", effect.settlementId)
    .where("kind", "=", effect.kind)
    .where("subject", "=", effect.subject)
    .executeTakeFirst();
  return row?.is_dead ?? false;
}
