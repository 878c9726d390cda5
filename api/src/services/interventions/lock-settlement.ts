import type { StoreTransaction } from "@keystoneos/store";
import type { Dependencies } from "../../context.ts";
import { notFound } from "../../errors/api-error.ts";
import { isUuid } from "../../schemas/primitives.ts";
import { findAnySettlement } from "../admin/find-any-settlement.ts";
import type { Heads } from "../settlements/finality.ts";
import type { LoadedSettlement } from "../settlements/load-settlements.ts";

/**
 * Keeps other interventions in a settlement waiting until `trx` has ended, and reads it. Not on one snapshot: what the one before has
 * stored must be seen. Throws ApiError 404.
 */
export async function lockSettlement(
  deps: Dependencies,
  trx: StoreTransaction,
  id: string,
): Promise<{ loaded: LoadedSettlement; heads: Heads }> {
  if (!isUuid(id)) throw notFound("Settlement");
  const locked = await trx
    .selectFrom("keystone.settlement")
    .select("id")
    .where("id", "=", id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (locked === undefined) throw notFound("Settlement");
  return findAnySettlement(deps, trx, locked.id);
}
