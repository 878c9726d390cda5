import type { Address, Hex } from "viem";

/**
 * The read contract of the indexer: the views that api and relayer read, in the schema `INDEXER_SCHEMA` (default `indexer`).
 *
 * Column names are snake_case in SQL. Integers that fit are `number`s of type int4; chain ids, block numbers and Unix seconds are
 * `bigint`s of type int8; amounts are numeric(78,0). Hex is lower case. Everything is keyed with the chain id, and everything here
 * follows the indexed head: a reorg takes rows back.
 */
export interface ChainViews {
  /** Keyed (chain_id, settlement_hash), chain_id the coordinator's. A row exists once SettlementCreated or VerdictTaken was seen. */
  settlement: {
    chain_id: bigint;
    settlement_hash: Hex;
    /** UUID of the trade as 16 bytes of hex; null when only a verdict was seen. */
    ref: Hex | null;
    ruleset: Hex | null;
    /** ABI-encoded terms; null when only a verdict was seen. */
    terms: Hex | null;
    created: boolean;
    /** Name of the present state; TIMED_OUT for a verdict without creation. */
    state: string;
    verdict: "none" | "execute" | "rollback";
    /** How many transitions were taken. */
    transition_count: number;
    /** Where the last event of this settlement on the coordinator happened. */
    block_number: bigint;
    block_hash: Hex;
    block_timestamp: bigint;
    tx_hash: Hex;
  };
  /** One row per state entered; sequence 1 is the creation, gate and from_state null. */
  transition: {
    chain_id: bigint;
    settlement_hash: Hex;
    sequence: number;
    from_state: string | null;
    to_state: string;
    /** Gate name as in Solidity: NONE, COMPLIANCE_CLEARED, … */
    gate: string | null;
    evidence_hash: Hex | null;
    caller: Address;
    block_number: bigint;
    block_hash: Hex;
    block_timestamp: bigint;
    tx_hash: Hex;
    log_index: number;
  };
  /** Keyed (chain_id, settlement_hash, leg_index): what the escrow of that chain said of a leg. No row before its first event. */
  leg: {
    chain_id: bigint;
    settlement_hash: Hex;
    leg_index: number;
    /** `waived` from its recipient's decision on: owed to the depositor until `release_tx_hash` is there. */
    status: "deposited" | "claimable" | "released" | "refunded" | "waived";
    depositor: Address | null;
    recipient: Address | null;
    token: Address | null;
    amount: string | null;
    /** The wallet that the one entitled had the attesters put in its own place; null when none was, or when the leg was waived since. */
    redirected_to: Address | null;
    /** Hex of the revert data, at most 256 bytes; null once the leg was paid after all. */
    claimable_reason: Hex | null;
    deposit_tx_hash: Hex | null;
    /** Of the release, the refund, or the return of a waived leg. */
    release_tx_hash: Hex | null;
    block_number: bigint;
    block_hash: Hex;
  };
  /** Keyed (chain_id, settlement_hash): the escrow's side, and what the coordinator has heard of it. */
  settlement_chain: {
    chain_id: bigint;
    settlement_hash: Hex;
    /** LegsLocked was emitted by the escrow of this chain. */
    locked: boolean;
    /** VerdictReceived at the escrow of this chain. On the coordinator's chain the verdict itself. */
    verdict: "none" | "execute" | "rollback";
    /** LockReported, ReleaseReported for this chain at the coordinator. */
    lock_reported: boolean;
    release_reported: boolean;
    /** VerdictDispatched messages sent to this chain. */
    dispatched: number;
  };
  /** Keyed (chain_id, settlement_hash, party_index): commitments opened on that chain. */
  revealed_wallet: {
    chain_id: bigint;
    settlement_hash: Hex;
    party_index: number;
    wallet: Address;
    tx_hash: Hex;
  };
  /** Every statement seen at the registry, keyed (chain_id, settlement_hash, attester, parties_hash, sequence). */
  attestation: {
    chain_id: bigint;
    settlement_hash: Hex;
    attester: Address;
    parties_hash: Hex;
    /** A uint64 that the attester chooses, so numeric(78,0) as amounts are: it need not fit int8. */
    sequence: string;
    kind: "attested" | "revoked" | "overridden";
    /** Comma-separated status numbers in party order; for a revocation the whole word after it. */
    statuses: string;
    valid_until: bigint | null;
    block_number: bigint;
    block_hash: Hex;
    tx_hash: Hex;
  };
  /** Keyed guid. Rows are made by whichever end is seen first. */
  message: {
    guid: Hex;
    settlement_hash: Hex | null;
    kind: "LOCKED" | "VERDICT" | "RELEASED" | null;
    source_chain_id: bigint | null;
    target_chain_id: bigint | null;
    sent_tx_hash: Hex | null;
    sent_block_number: bigint | null;
    received_tx_hash: Hex | null;
    ignored_reason: Hex | null;
  };
  /** Every log of every contract of the deployment, keyed (chain_id, block_hash, log_index). */
  chain_event: {
    chain_id: bigint;
    block_number: bigint;
    block_hash: Hex;
    block_timestamp: bigint;
    tx_hash: Hex;
    log_index: number;
    contract: "coordinator" | "escrow" | "registry" | "messenger" | "root";
    address: Address;
    event: string;
    settlement_hash: Hex | null;
    /** The decoded arguments as JSON; bigints as decimal strings. */
    args: string;
  };
  /** Per chain: the newest indexed block. */
  chain_head: {
    chain_id: bigint;
    block_number: bigint;
    block_hash: Hex | null;
    block_timestamp: bigint;
  };
}
