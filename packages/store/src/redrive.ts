import type { Store } from "./connect.ts";
import type { StoreTransaction } from "./transaction.ts";

/** Has a dead call tried again, with as many refusals before it as a new one. False where no call of this id is dead. */
export async function redrive(db: Store | StoreTransaction, id: string): Promise<boolean> {
  const gone = await db
    .deleteFrom("keystone.refused_call")
    .where("id", "=", id)
    .where("is_dead", "=", true)
    .executeTakeFirst();
  return gone.numDeletedRows > 0n;
}

/** Forgets everything that was refused of a settlement: what was dead is tried again. */
export async function forgetRefusals(db: Store | StoreTransaction, settlementId: string): Promise<void> {
  await db.deleteFrom("keystone.refused_call").where("settlement_id", "=", settlementId).execute();
}
