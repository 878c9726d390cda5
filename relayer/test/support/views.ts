import type { ChainViews, Store } from "@keystoneos/store";
import { sql } from "kysely";

/** The indexer's views as plain tables, to be filled with whatever a chain could show. */
export async function createViews(db: Store): Promise<void> {
  await sql`CREATE SCHEMA indexer`.execute(db);
  const tables: Record<keyof ChainViews, string> = {
    settlement: `chain_id int8, settlement_hash text, ref text, ruleset text, terms text, created bool, state text, verdict text,
      transition_count int, block_number int8, block_hash text, block_timestamp int8, tx_hash text`,
    transition:
      "chain_id int8, settlement_hash text, sequence int, to_state text, evidence_hash text, block_number int8",
    leg: `chain_id int8, settlement_hash text, leg_index int, status text, depositor text, recipient text, token text, amount numeric,
      redirected_to text, claimable_reason text, deposit_tx_hash text, release_tx_hash text, block_number int8, block_hash text`,
    settlement_chain: `chain_id int8, settlement_hash text, locked bool, verdict text, lock_reported bool, release_reported bool,
      dispatched int`,
    revealed_wallet: "chain_id int8, settlement_hash text, party_index int, wallet text, tx_hash text",
    attestation: `chain_id int8, settlement_hash text, attester text, parties_hash text, sequence numeric, kind text, statuses text,
      valid_until int8, block_number int8, block_hash text, tx_hash text`,
    message: `guid text, settlement_hash text, kind text, source_chain_id int8, target_chain_id int8, sent_tx_hash text,
      sent_block_number int8, received_tx_hash text, ignored_reason text`,
    chain_event: `chain_id int8, block_number int8, block_hash text, block_timestamp int8, tx_hash text, log_index int, contract text,
      address text, event text, settlement_hash text, args text`,
    chain_head: "chain_id int8, block_number int8, block_hash text, block_timestamp int8",
  };
  for (const [name, columns] of Object.entries(tables)) {
    await sql`CREATE TABLE ${sql.id("indexer", name)} (${sql.raw(columns)})`.execute(db);
  }
}

/** Fills a view; what is not given is null. */
export async function show<View extends keyof ChainViews>(
  db: Store,
  view: View,
  ...rows: Partial<ChainViews[View]>[]
): Promise<void> {
  for (const row of rows)
    await db
      .insertInto(`indexer.${view}` as "indexer.chain_head")
      .values(row as never)
      .execute();
}
