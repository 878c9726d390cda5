import type { Store } from "./connect.ts";
import type { Row } from "./schema/platform.ts";
import type { StoreTransaction } from "./transaction.ts";

/** Chains that are paused, with who has done it, why and since when. */
export function readPauses(db: Store | StoreTransaction): Promise<Row<"relayer_pause">[]> {
  return db.selectFrom("keystone.relayer_pause").selectAll().orderBy("chain_id").execute();
}

export async function isPaused(db: Store | StoreTransaction, chainId: number): Promise<boolean> {
  const row = await db
    .selectFrom("keystone.relayer_pause")
    .select("chain_id")
    .where("chain_id", "=", BigInt(chainId))
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Has relayers build and replace nothing on a chain. From the end of the transaction on nothing more is stored there: whoever was about to
 * holds a lease of the chain until it is done, and is waited for. False where the chain is paused already.
 */
export async function pauseChain(
  trx: StoreTransaction,
  { chainId, reason, by }: { chainId: number; reason: string; by: string },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto("keystone.relayer_pause")
    .values({ chain_id: BigInt(chainId), reason, by })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 0n) return false;
  await trx
    .selectFrom("keystone.signer_lease")
    .select("signer")
    .where("chain_id", "=", BigInt(chainId))
    .orderBy("signer")
    .forUpdate()
    .execute();
  return true;
}

/** Lets relayers go on. False where the chain is not paused. */
export async function resumeChain(trx: StoreTransaction, chainId: number): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom("keystone.relayer_pause")
    .where("chain_id", "=", BigInt(chainId))
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
