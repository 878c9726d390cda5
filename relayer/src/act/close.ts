import { forgetRefusals, transaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Facts } from "../facts/types.ts";
import type { ActContext } from "./context.ts";

/** Every deposit is where it belongs for good: nobody needs the secrets any more, and what is not kept cannot leak. */
export async function forgetSecrets({ db, log }: ActContext, facts: Facts): Promise<void> {
  await db.deleteFrom("keystone.commitment_secret").where("settlement_id", "=", facts.settlementId).execute();
  log.info({ settlementId: facts.settlementId }, "forgot the secrets of a settled settlement");
}

export async function close({ db, log }: ActContext, facts: Facts): Promise<void> {
  await transaction(db, async (trx) => {
    await trx.deleteFrom("keystone.commitment_secret").where("settlement_id", "=", facts.settlementId).execute();
    await forgetRefusals(trx, facts.settlementId);
    await trx
      .updateTable("keystone.intent")
      .set({ status: "done", updated_at: sql<Date>`now()` })
      .where("id", "=", facts.intentId)
      .execute();
  });
  log.info({ settlementId: facts.settlementId, state: facts.coordinator?.state }, "closed an intent");
}
