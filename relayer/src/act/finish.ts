import { forgetRefusals, type StoreTransaction, transaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Facts } from "../facts/types.ts";
import type { ActContext } from "./context.ts";

type End = { status: "done" } | { status: "failed"; error: string };

/** Ends what an operator asked for, once. That it failed stands in the activity log too, where operators look. */
export async function finish({ db, log }: ActContext, facts: Facts, intentId: string, end: End): Promise<void> {
  const error = end.status === "failed" ? end.error : null;
  const ended = await transaction(db, async (trx) => {
    const intent = await trx
      .updateTable("keystone.intent")
      .set({ status: end.status, error, updated_at: sql<Date>`now()` })
      .where("id", "=", intentId)
      .where("status", "=", "open")
      .returning(["kind", "target_state"])
      .executeTakeFirst();
    // What an operator has tried anew is not dead any more; what is refused of a step stands in its intent.
    if (intent?.kind === "retry") await forgetRefusals(trx, facts.settlementId);
    else await forgetStep(trx, facts.settlementId, intentId);
    if (intent === undefined || error === null) return intent;
    const { platform_id, environment_id } = await trx
      .selectFrom("keystone.settlement")
      .select(["platform_id", "environment_id"])
      .where("id", "=", facts.settlementId)
      .executeTakeFirstOrThrow();
    await trx
      .insertInto("keystone.activity_log")
      .values({
        platform_id,
        environment_id,
        type: "settlement.intervention_failed",
        category: "admin",
        severity: "error",
        description: "The chain refused an intervention",
        actor_type: "system",
        actor_id: "relayer",
        resource_type: "settlement",
        resource_id: facts.settlementId,
        detail: JSON.stringify({ intent_id: intentId, action: intent.kind, target_state: intent.target_state, error }),
      })
      .execute();
    return intent;
  });
  if (ended === undefined) return;
  const entry = { settlementId: facts.settlementId, intentId, action: ended.kind, target: ended.target_state, error };
  if (error === null) log.info(entry, "an intervention is done");
  else log.warn(entry, "an intervention has failed");
}

async function forgetStep(trx: StoreTransaction, settlementId: string, intentId: string): Promise<void> {
  await trx
    .deleteFrom("keystone.refused_call")
    .where("settlement_id", "=", settlementId)
    .where("kind", "=", "manual")
    .where(sql<boolean>`split_part(subject, '#', 1) = ${intentId}`)
    .execute();
}
