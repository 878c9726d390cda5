import type { Store } from "@keystoneos/store";
import { sql } from "kysely";

/** The indexer's views as plain tables of the same columns, for tests to write facts into as the indexer would. */
export async function createViews(db: Store): Promise<void> {
  await sql`CREATE SCHEMA indexer`.execute(db);
  for (const [name, columns] of Object.entries(VIEWS)) {
    await sql`CREATE TABLE ${sql.id("indexer", name)} (${sql.raw(columns)})`.execute(db);
  }
}

const VIEWS = {
  settlement: `chain_id bigint, settlement_hash text, ref text, ruleset text, terms text, created boolean, state text, verdict text,
    transition_count integer, block_number bigint, block_hash text, block_timestamp bigint, tx_hash text,
    PRIMARY KEY (chain_id, settlement_hash)`,
  transition: `chain_id bigint, settlement_hash text, sequence integer, from_state text, to_state text, gate text, evidence_hash text,
    caller text, block_number bigint, block_hash text, block_timestamp bigint, tx_hash text, log_index integer,
    PRIMARY KEY (chain_id, settlement_hash, sequence)`,
  leg: `chain_id bigint, settlement_hash text, leg_index integer, status text, depositor text, recipient text, token text,
    amount numeric(78, 0), redirected_to text, claimable_reason text, deposit_tx_hash text, release_tx_hash text,
    block_number bigint, block_hash text,
    PRIMARY KEY (chain_id, settlement_hash, leg_index)`,
  settlement_chain: `chain_id bigint, settlement_hash text, locked boolean, verdict text, lock_reported boolean,
    release_reported boolean, dispatched integer, PRIMARY KEY (chain_id, settlement_hash)`,
  revealed_wallet: `chain_id bigint, settlement_hash text, party_index integer, wallet text, tx_hash text,
    PRIMARY KEY (chain_id, settlement_hash, party_index)`,
  attestation: `chain_id bigint, settlement_hash text, attester text, parties_hash text, sequence numeric(78, 0), kind text, statuses text,
    valid_until bigint, block_number bigint, block_hash text, tx_hash text,
    PRIMARY KEY (chain_id, settlement_hash, attester, parties_hash, sequence)`,
  message: `guid text PRIMARY KEY, settlement_hash text, kind text, source_chain_id bigint, target_chain_id bigint, sent_tx_hash text,
    sent_block_number bigint, received_tx_hash text, ignored_reason text`,
  chain_event: `chain_id bigint, block_number bigint, block_hash text, block_timestamp bigint, tx_hash text, log_index integer,
    contract text, address text, event text, settlement_hash text, args text, PRIMARY KEY (chain_id, block_hash, log_index)`,
  chain_head: `chain_id bigint PRIMARY KEY, block_number bigint, block_hash text, block_timestamp bigint`,
};
