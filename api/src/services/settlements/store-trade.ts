import type { StoreTransaction } from "@keystoneos/store";
import type { Dependencies } from "../../context.ts";
import type { TradeDraft } from "./draft-trade.ts";
import { storeSettlement, type TradeRecord } from "./store-settlement.ts";

/** Stores the settlements of a trade as part of `trx`: one, or of a repo both at once, so that no opening is without its way back. */
export async function storeTrade(
  deps: Dependencies,
  trx: StoreTransaction,
  draft: TradeDraft,
  record: TradeRecord,
): Promise<void> {
  const { opening, closing } = draft;
  await storeSettlement(deps, trx, { ...record, draft: opening, parentId: null });
  if (closing !== null) await storeSettlement(deps, trx, { ...record, draft: closing, parentId: opening.id });
}

/** The longest time that one of these environments gives a repo's closing. */
export async function closingSeconds(trx: StoreTransaction, environmentIds: string[]): Promise<number> {
  const { seconds } = await trx
    .selectFrom("keystone.environment")
    .select((eb) => eb.fn.max("default_timeout_seconds").as("seconds"))
    .where("id", "in", environmentIds)
    .executeTakeFirstOrThrow();
  return seconds;
}
