import type { StoreTransaction } from "@keystoneos/store";
import { type SettlementFact, settlementEvents } from "./settlement-events.ts";
import { storeEvents } from "./store-events.ts";

/**
 * Tells every environment with a party in the settlement, once each. Facts of one settlement come in the order in which they happened.
 * They get its next sequences; an event about something else than a state names the state told last.
 */
export async function recordSettlementEvents(trx: StoreTransaction, facts: SettlementFact[]): Promise<void> {
  if (facts.length === 0) return;
  const { events, sequences } = await settlementEvents(trx, facts, { lock: true });
  for (const [settlementId, { last, state }] of sequences) {
    await trx
      .insertInto("keystone.event_sequence")
      .values({ settlement_id: settlementId, last, state })
      .onConflict((conflict) => conflict.column("settlement_id").doUpdateSet({ last, state }))
      .execute();
  }
  await storeEvents(trx, events);
}
