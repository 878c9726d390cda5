import type { StoreTransaction } from "@keystoneos/store";
import type { Dependencies } from "../../context.ts";
import { nextEvents, receiversOf } from "../events/record-settlement-events.ts";
import type { NewEvent } from "../events/store-events.ts";
import type { TradeDraft } from "./draft-trade.ts";
import { type SettlementRows, settlementRows, type TradeRecord } from "./settlement-rows.ts";

/**
 * Stores the settlements of a trade as part of `trx`: one, or of a repo both at once, so that no opening is without its way back.
 * Returns the first events of the opening, which the caller stores together with its own.
 */
export async function storeTrade(
  deps: Dependencies,
  trx: StoreTransaction,
  { opening, closing }: TradeDraft,
  record: TradeRecord,
): Promise<NewEvent[]> {
  const first = settlementRows(deps, { ...record, draft: opening, parentId: null });
  const trade = [first];
  if (closing !== null) trade.push(settlementRows(deps, { ...record, draft: closing, parentId: opening.id }));
  const { events, sequence } = instructed(first, record.now);
  // One statement, for a match is waited for: its rows may refer to each other, which is checked at its end.
  await trx
    .with("parties", (db) => db.insertInto("keystone.party").values(trade.flatMap(({ parties }) => parties)))
    .with("legs", (db) => db.insertInto("keystone.leg").values(trade.flatMap(({ legs }) => legs)))
    .with("secrets", (db) =>
      db.insertInto("keystone.commitment_secret").values(trade.flatMap(({ secrets }) => secrets)),
    )
    .with("intents", (db) => db.insertInto("keystone.intent").values(trade.map(({ intent }) => intent)))
    .with("sequences", (db) => db.insertInto("keystone.event_sequence").values(sequence))
    .insertInto("keystone.settlement")
    .values(trade.map(({ settlement }) => settlement))
    .execute();
  return events;
}

/** A closing is instructed when it leaves AWAITING_MATURITY, which the chain tells. */
function instructed({ settlement, parties, intent }: SettlementRows, at: Date) {
  const references = {
    tradeReference: settlement.trade_reference ?? null,
    ownReference: settlement.external_reference ?? null,
  };
  const subject = {
    hash: settlement.settlement_hash,
    type: settlement.settlement_type,
    ...references,
    last: 0,
    state: "INSTRUCTED",
    traceparent: intent.traceparent ?? null,
    receivers: receiversOf(parties, references),
  };
  const event = "settlement.state.instructed";
  const entered = { state: subject.state, previous: null };
  const events = nextEvents({ settlementId: settlement.id, event, at, chain: null, entered }, subject);
  return { events, sequence: { settlement_id: settlement.id, last: subject.last, state: subject.state } };
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
