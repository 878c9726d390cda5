import type { StoreTransaction } from "@keystoneos/store";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import { notFound } from "../../errors/api-error.ts";
import { isUuid } from "../../schemas/primitives.ts";
import { checkRestriction } from "../restriction.ts";
import type { Heads } from "./finality.ts";
import { type LoadedSettlement, loadSettlements } from "./load-settlements.ts";
import { settlementsOf } from "./select-settlement.ts";

/** One settlement with a party of the caller's environment. Throws ApiError 403, 404. */
export async function findSettlement(
  deps: Dependencies,
  trx: StoreTransaction,
  caller: Caller,
  id: string,
): Promise<{ loaded: LoadedSettlement; heads: Heads }> {
  if (!isUuid(id)) throw notFound("Settlement");
  const row = await settlementsOf(trx, deps.deployment, caller.environmentId)
    .selectAll("settlement")
    .select(["template.version as template_version", "template.config as template_config"])
    .where("settlement.id", "=", id)
    .executeTakeFirst();
  if (row === undefined) throw notFound("Settlement");
  checkRestriction(caller, row.id);
  const { settlements, heads } = await loadSettlements(trx, [row]);
  return { loaded: settlements[0] as LoadedSettlement, heads };
}
