import { boolean, hex, index, int8, integer, onchainTable, onchainView, primaryKey, sql, text } from "ponder";

/**
 * The tables and views of the read contract (`packages/store/src/schema/chain.ts`), and the few tables behind them.
 *
 * Every row is written by the logs of one chain alone, so it cannot matter in which order the chains are seen or taken back.
 * What two chains know of one thing (a message, a settlement at an escrow) is two rows, merged by a view.
 */

/** A registered ruleset, to name states by. */
export const ruleset = onchainTable(
  "ruleset",
  (t) => ({
    chainId: t.int8({ mode: "bigint" }).notNull(),
    id: t.hex().notNull(),
    states: t.jsonb().$type<{ name: string; kind: number }[]>().notNull(),
    edges: t.jsonb().$type<{ from: number; to: number; gate: number }[]>().notNull(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.chainId, table.id] }) }),
);

export const settlement = onchainTable(
  "settlement",
  (t) => ({
    chainId: t.int8({ mode: "bigint" }).notNull(),
    settlementHash: t.hex().notNull(),
    ref: t.hex(),
    ruleset: t.hex(),
    terms: t.hex(),
    created: t.boolean().notNull(),
    state: t.text().notNull(),
    verdict: t.text().$type<"none" | "execute" | "rollback">().notNull(),
    transitionCount: t.integer().notNull(),
    blockNumber: t.int8({ mode: "bigint" }).notNull(),
    blockHash: t.hex().notNull(),
    blockTimestamp: t.int8({ mode: "bigint" }).notNull(),
    txHash: t.hex().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.settlementHash] }),
    byHash: index("settlement_by_hash").on(table.settlementHash),
    byRef: index("settlement_by_ref").on(table.ref),
    byBlock: index("settlement_by_block").on(table.chainId, table.blockNumber),
    byState: index("settlement_by_state").on(table.chainId, table.state),
  }),
);

export const transition = onchainTable(
  "transition",
  (t) => ({
    chainId: t.int8({ mode: "bigint" }).notNull(),
    settlementHash: t.hex().notNull(),
    sequence: t.integer().notNull(),
    fromState: t.text(),
    toState: t.text().notNull(),
    gate: t.text(),
    evidenceHash: t.hex(),
    caller: t.hex().notNull(),
    blockNumber: t.int8({ mode: "bigint" }).notNull(),
    blockHash: t.hex().notNull(),
    blockTimestamp: t.int8({ mode: "bigint" }).notNull(),
    txHash: t.hex().notNull(),
    logIndex: t.integer().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.settlementHash, table.sequence] }),
    byHash: index("transition_by_hash").on(table.settlementHash),
    byBlock: index("transition_by_block").on(table.chainId, table.blockNumber, table.logIndex),
    byTime: index("transition_by_time").on(table.chainId, table.blockTimestamp),
  }),
);

export const leg = onchainTable(
  "leg",
  (t) => ({
    chainId: t.int8({ mode: "bigint" }).notNull(),
    settlementHash: t.hex().notNull(),
    legIndex: t.integer().notNull(),
    status: t.text().$type<"deposited" | "claimable" | "released" | "refunded" | "waived">().notNull(),
    depositor: t.hex(),
    recipient: t.hex(),
    token: t.hex(),
    amount: t.bigint(),
    redirectedTo: t.hex(),
    claimableReason: t.hex(),
    depositTxHash: t.hex(),
    releaseTxHash: t.hex(),
    blockNumber: t.int8({ mode: "bigint" }).notNull(),
    blockHash: t.hex().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.settlementHash, table.legIndex] }),
    byHash: index("leg_by_hash").on(table.settlementHash),
    byBlock: index("leg_by_block").on(table.chainId, table.blockNumber),
  }),
);

export const revealedWallet = onchainTable(
  "revealed_wallet",
  (t) => ({
    chainId: t.int8({ mode: "bigint" }).notNull(),
    settlementHash: t.hex().notNull(),
    partyIndex: t.integer().notNull(),
    wallet: t.hex().notNull(),
    txHash: t.hex().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.settlementHash, table.partyIndex] }),
    byHash: index("revealed_wallet_by_hash").on(table.settlementHash),
  }),
);

export const attestation = onchainTable(
  "attestation",
  (t) => ({
    chainId: t.int8({ mode: "bigint" }).notNull(),
    settlementHash: t.hex().notNull(),
    attester: t.hex().notNull(),
    partiesHash: t.hex().notNull(),
    // A uint64 that any account chooses: beyond int8.
    sequence: t.bigint().notNull(),
    kind: t.text().$type<"attested" | "revoked" | "overridden">().notNull(),
    statuses: t.text().notNull(),
    validUntil: t.int8({ mode: "bigint" }),
    blockNumber: t.int8({ mode: "bigint" }).notNull(),
    blockHash: t.hex().notNull(),
    txHash: t.hex().notNull(),
  }),
  (table) => ({
    pk: primaryKey({
      columns: [table.chainId, table.settlementHash, table.attester, table.partiesHash, table.sequence],
    }),
    byHash: index("attestation_by_hash").on(table.settlementHash),
  }),
);

/** The newest word of one attester about one party list. */
export const attesterWord = onchainTable(
  "attester_word",
  (t) => ({
    chainId: t.int8({ mode: "bigint" }).notNull(),
    settlementHash: t.hex().notNull(),
    attester: t.hex().notNull(),
    partiesHash: t.hex().notNull(),
    statuses: t.text().notNull(),
    validUntil: t.int8({ mode: "bigint" }),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.settlementHash, table.attester, table.partiesHash] }),
  }),
);

export const chainEvent = onchainTable(
  "chain_event",
  (t) => ({
    chainId: t.int8({ mode: "bigint" }).notNull(),
    blockNumber: t.int8({ mode: "bigint" }).notNull(),
    blockHash: t.hex().notNull(),
    blockTimestamp: t.int8({ mode: "bigint" }).notNull(),
    txHash: t.hex().notNull(),
    logIndex: t.integer().notNull(),
    contract: t.text().$type<"coordinator" | "escrow" | "registry" | "messenger" | "root">().notNull(),
    address: t.hex().notNull(),
    event: t.text().notNull(),
    settlementHash: t.hex(),
    args: t.text().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.blockHash, table.logIndex] }),
    byHash: index("chain_event_by_hash").on(table.settlementHash),
    byBlock: index("chain_event_by_block").on(table.chainId, table.blockNumber, table.logIndex),
  }),
);

/**
 * The newest indexed block, written in the transaction of that block's rows and taken back with them. While a chain is caught up with
 * it stays where it was.
 */
export const chainHead = onchainTable("chain_head", (t) => ({
  chainId: t.int8({ mode: "bigint" }).primaryKey(),
  blockNumber: t.int8({ mode: "bigint" }).notNull(),
  blockHash: t.hex(),
  blockTimestamp: t.int8({ mode: "bigint" }).notNull(),
}));

/** What the escrow of `chainId` said of a settlement. */
export const escrowReport = onchainTable(
  "escrow_report",
  (t) => ({
    chainId: t.int8({ mode: "bigint" }).notNull(),
    settlementHash: t.hex().notNull(),
    locked: t.boolean().notNull(),
    verdict: t.text().$type<"execute" | "rollback">(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.settlementHash] }),
    byHash: index("escrow_report_by_hash").on(table.settlementHash),
  }),
);

/** What the coordinator, on `chainId`, said of a settlement at the escrow of `escrowChainId`. */
export const coordinatorReport = onchainTable(
  "coordinator_report",
  (t) => ({
    chainId: t.int8({ mode: "bigint" }).notNull(),
    escrowChainId: t.int8({ mode: "bigint" }).notNull(),
    settlementHash: t.hex().notNull(),
    lockReported: t.boolean().notNull(),
    releaseReported: t.boolean().notNull(),
    dispatched: t.integer().notNull(),
    /** The verdict itself, where the escrow is on the coordinator's chain. */
    verdict: t.text().$type<"execute" | "rollback">(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.escrowChainId, table.settlementHash] }),
    byHash: index("coordinator_report_by_hash").on(table.settlementHash),
  }),
);

/** A message as its sending chain saw it. */
export const messageSent = onchainTable(
  "message_sent",
  (t) => ({
    chainId: t.int8({ mode: "bigint" }).notNull(),
    guid: t.hex().notNull(),
    settlementHash: t.hex().notNull(),
    kind: t.text().notNull(),
    targetChainId: t.int8({ mode: "bigint" }).notNull(),
    txHash: t.hex().notNull(),
    blockNumber: t.int8({ mode: "bigint" }).notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.guid] }),
    byGuid: index("message_sent_by_guid").on(table.guid),
    byHash: index("message_sent_by_hash").on(table.settlementHash),
  }),
);

/** A message as its target chain saw it. */
export const messageReceived = onchainTable(
  "message_received",
  (t) => ({
    chainId: t.int8({ mode: "bigint" }).notNull(),
    guid: t.hex().notNull(),
    settlementHash: t.hex(),
    kind: t.text(),
    sourceChainId: t.int8({ mode: "bigint" }),
    txHash: t.hex().notNull(),
    ignoredReason: t.hex(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.guid] }),
    byGuid: index("message_received_by_guid").on(table.guid),
    byHash: index("message_received_by_hash").on(table.settlementHash),
  }),
);

// Both merging views let PostgreSQL push a condition on their keys (and the message's settlement) down to the tables' indexes.

export const settlementChain = onchainView("settlement_chain", {
  chainId: int8("chain_id", { mode: "bigint" }).notNull(),
  settlementHash: hex("settlement_hash").notNull(),
  locked: boolean("locked").notNull(),
  verdict: text("verdict").notNull(),
  lockReported: boolean("lock_reported").notNull(),
  releaseReported: boolean("release_reported").notNull(),
  dispatched: integer("dispatched").notNull(),
}).as(sql`
  SELECT chain_id, settlement_hash, bool_or(locked) AS locked, coalesce(max(taken), max(received), 'none') AS verdict,
    bool_or(lock_reported) AS lock_reported, bool_or(release_reported) AS release_reported, max(dispatched) AS dispatched
  FROM (
    SELECT chain_id, settlement_hash, locked, verdict AS received, NULL AS taken, false AS lock_reported,
      false AS release_reported, 0 AS dispatched
    FROM ${escrowReport}
    UNION ALL
    SELECT escrow_chain_id, settlement_hash, false, NULL, verdict, lock_reported, release_reported, dispatched
    FROM ${coordinatorReport}
  ) AS report
  GROUP BY chain_id, settlement_hash`);

export const message = onchainView("message", {
  guid: hex("guid").notNull(),
  settlementHash: hex("settlement_hash"),
  kind: text("kind"),
  sourceChainId: int8("source_chain_id", { mode: "bigint" }),
  targetChainId: int8("target_chain_id", { mode: "bigint" }),
  sentTxHash: hex("sent_tx_hash"),
  sentBlockNumber: int8("sent_block_number", { mode: "bigint" }),
  receivedTxHash: hex("received_tx_hash"),
  ignoredReason: hex("ignored_reason"),
}).as(sql`
  SELECT sent.guid, sent.settlement_hash, sent.kind, sent.chain_id AS source_chain_id, sent.target_chain_id,
    sent.tx_hash AS sent_tx_hash, sent.block_number AS sent_block_number, received.tx_hash AS received_tx_hash,
    received.ignored_reason
  FROM ${messageSent} AS sent
  LEFT JOIN ${messageReceived} AS received ON received.guid = sent.guid AND received.chain_id = sent.target_chain_id
  UNION ALL
  SELECT guid, settlement_hash, kind, source_chain_id, chain_id, NULL, NULL, tx_hash, ignored_reason
  FROM ${messageReceived} AS received
  WHERE NOT EXISTS (
    SELECT FROM ${messageSent} AS sent WHERE sent.guid = received.guid AND sent.target_chain_id = received.chain_id
  )`);
