import { type Deployment, deploymentChain } from "@keystoneos/protocol";
import type { StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";

export type Level = "safe" | "finalized";

interface Reading {
  /** How final a log is to be; `pending` once it is indexed. */
  level: Level | "pending";
  /** Only logs of settlements with a party of these environments. */
  environments?: readonly string[];
  /** Only logs behind this one. */
  after?: { block: bigint; logIndex: number };
}

type EventLogs = Awaited<ReturnType<typeof readLogs>>;
export type LogRow = EventLogs["logs"][number];

/** How many logs are recorded in one transaction. */
export const BATCH = 200;

/**
 * The logs of one chain that platforms are to be told of and have no event of, oldest first, at most BATCH; and up to which block the chain
 * can no longer change. One statement, hence one state of the views: a reorg or a rebuilt index is seen whole or not at all.
 */
export async function readLogs(trx: StoreTransaction, deployment: Deployment, chainId: number, reading: Reading) {
  const { finality, startBlock } = deploymentChain(deployment, chainId);
  const { level, environments, after } = reading;
  const depth = level === "pending" ? 1n : BigInt(finality[level]);
  const cursor = sql<bigint>`coalesce(
    (SELECT block_number FROM keystone.event_cursor WHERE chain_id = ${BigInt(chainId)}), ${BigInt(startBlock) - 1n})`;
  const rows = await trx
    .selectFrom("indexer.chain_head as head")
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom("indexer.chain_event as log")
          .innerJoin("keystone.settlement as settlement", "settlement.settlement_hash", "log.settlement_hash")
          .leftJoin("indexer.transition as step", (join) =>
            join
              .onRef("step.chain_id", "=", "log.chain_id")
              .onRef("step.settlement_hash", "=", "log.settlement_hash")
              .onRef("step.block_hash", "=", "log.block_hash")
              .onRef("step.log_index", "=", "log.log_index"),
          )
          .leftJoin("indexer.settlement as shown", (join) =>
            join
              .onRef("shown.chain_id", "=", "log.chain_id")
              .onRef("shown.settlement_hash", "=", "log.settlement_hash"),
          )
          .leftJoin("keystone.settlement as opening", "opening.id", "settlement.parent_settlement_id")
          .leftJoin("indexer.settlement as opened", (join) =>
            join
              .onRef("opened.settlement_hash", "=", "opening.settlement_hash")
              .onRef("opened.chain_id", "=", "log.chain_id"),
          )
          .select(["log.event", "log.args", "log.block_number", "log.block_hash", "log.block_timestamp"])
          .select(["log.tx_hash", "log.log_index", "settlement.id as settlement_id"])
          .select(["step.from_state", "step.to_state", "opening.id as opening_id", "opened.verdict as opening_verdict"])
          .select("log.contract")
          .whereRef("log.chain_id", "=", "head.chain_id")
          .where("log.block_number", ">", cursor)
          .where((expression) => expression("log.block_number", "<=", sql<bigint>`head.block_number - ${depth} + 1`))
          .where((expression) =>
            expression.or([
              expression.and([
                expression("log.contract", "=", "coordinator"),
                expression.or([
                  expression("log.event", "=", "StateTransition").and("step.to_state", "is not", null),
                  // Creation enters the initial state: of a repo's closing this is an event, everything else was told at the match.
                  expression("log.event", "=", "SettlementCreated").and("step.to_state", "=", "AWAITING_MATURITY"),
                  // A verdict without a creation has no transition.
                  expression("log.event", "=", "VerdictTaken").and("shown.created", "=", false),
                ]),
              ]),
              expression.and([
                expression("log.contract", "=", "escrow"),
                expression.or([
                  expression("log.event", "in", ["LegDeposited", "LegReleased", "LegRefunded", "LegWaived"]),
                  // What cannot be paid of a waived leg is its return: waived it stays.
                  expression("log.event", "=", "LegClaimable").and(
                    expression.not(
                      expression.exists(
                        expression
                          .selectFrom("indexer.chain_event as waiver")
                          .select("waiver.event")
                          .whereRef("waiver.chain_id", "=", "log.chain_id")
                          .whereRef("waiver.settlement_hash", "=", "log.settlement_hash")
                          .where("waiver.event", "=", "LegWaived")
                          .where(sql<boolean>`waiver.args::json->>'legIndex' = log.args::json->>'legIndex'`)
                          .where(
                            sql<boolean>`(waiver.block_number, waiver.log_index) < (log.block_number, log.log_index)`,
                          ),
                      ),
                    ),
                  ),
                ]),
              ]),
            ]),
          )
          .where((expression) =>
            expression.not(
              expression.exists(
                expression
                  .selectFrom("keystone.event as told")
                  .select("told.id")
                  .whereRef("told.chain_id", "=", "log.chain_id")
                  .whereRef("told.block_hash", "=", "log.block_hash")
                  .whereRef("told.log_index", "=", "log.log_index"),
              ),
            ),
          )
          .$if(environments !== undefined, (query) =>
            query.where(sql<boolean>`EXISTS (SELECT FROM keystone.party WHERE party.settlement_id = settlement.id
              AND party.environment_id = ANY(${environments}::uuid[]))`),
          )
          .$if(after !== undefined, (query) =>
            query.where(sql<boolean>`(log.block_number, log.log_index) > (${after?.block}, ${after?.logIndex})`),
          )
          .orderBy("log.block_number")
          .orderBy("log.log_index")
          .limit(BATCH)
          .as("log"),
      (join) => join.onTrue(),
    )
    .selectAll("log")
    .select("head.block_number as head")
    .where("head.chain_id", "=", BigInt(chainId))
    .orderBy("log.block_number")
    .orderBy("log.log_index")
    .execute();
  const head = rows[0]?.head ?? null;
  return {
    head: head === null ? null : Number(head),
    final: head === null ? null : head - BigInt(finality.finalized) + 1n,
    logs: rows.flatMap(({ head: _, ...log }) => (isLog(log) ? [log] : [])),
  };
}

/** The row of a head without logs has nothing but the head. */
function isLog<T extends object>(log: T): log is { [K in keyof T]: NullableOnly<K, T[K]> } & T {
  return "event" in log && log.event !== null;
}

/** Columns of a log that may be null; every other one is there. */
type NullableOnly<K, V> = K extends "from_state" | "to_state" | "opening_id" | "opening_verdict" ? V : NonNullable<V>;
