import type { Deployment } from "@keystoneos/protocol";
import type { StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import { factsOfLogs } from "../events/log-facts.ts";
import { BATCH, readLogs } from "../events/read-logs.ts";
import { type SettlementFact, settlementEvents } from "../events/record-settlement-events.ts";
import type { NewEvent } from "../events/store-events.ts";
import { settlementsOf, shownState } from "../settlements/select-settlement.ts";

/** What is indexed of the environments' settlements and not recorded yet, as it would be recorded now: chain by chain, oldest first. */
export async function readPending(
  trx: StoreTransaction,
  deployment: Deployment,
  environments: string[],
): Promise<NewEvent[]> {
  const facts: SettlementFact[] = [];
  for (const { chainId } of deployment.chains) {
    let after: { block: bigint; logIndex: number } | undefined;
    do {
      const reading = { level: "pending" as const, environments, ...(after === undefined ? undefined : { after }) };
      const { head, logs } = await readLogs(trx, deployment, chainId, reading);
      if (head !== null) facts.push(...factsOfLogs(deployment, chainId, head, logs));
      const last = logs.length < BATCH ? undefined : logs.at(-1);
      after = last && { block: last.block_number, logIndex: last.log_index };
    } while (after !== undefined);
  }
  const { events } = await settlementEvents(trx, facts, { lock: false });
  return events.filter(({ environmentId }) => environments.includes(environmentId));
}

/** A recorded event whose log may be away. */
export interface Doubted {
  environment_id: string;
  id: string;
  settlement_id: string;
  /** Whether its log is indexed. */
  there: boolean;
}

/** The recorded events that a reorg took back and that are not final by the recorder's cursor; and those of `ids`, as they are. */
export async function readDoubted(trx: StoreTransaction, environments: string[], ids: string[]): Promise<Doubted[]> {
  const log = sql.table("indexer.chain_event");
  const { rows } = await sql<Doubted>`
    SELECT * FROM (
      SELECT event.environment_id, event.id, event.settlement_id,
        EXISTS (SELECT FROM ${log} AS log WHERE log.chain_id = event.chain_id
          AND log.block_hash = event.block_hash AND log.log_index = event.log_index) AS there
      FROM keystone.event AS event
      LEFT JOIN keystone.event_cursor AS cursor ON cursor.chain_id = event.chain_id
      WHERE event.environment_id = ANY(${environments}::uuid[]) AND event.chain_id IS NOT NULL AND event.position IS NOT NULL
        AND (event.block_number > coalesce(cursor.block_number, -1) OR event.id = ANY(${ids}::text[]))
    ) AS doubted
    WHERE NOT there OR id = ANY(${ids}::text[])`.execute(trx);
  return rows;
}

/** The states that settlements of the environment are shown in. */
export async function readStates(
  trx: StoreTransaction,
  deployment: Deployment,
  environmentId: string,
  ids: string[],
): Promise<{ id: string; state: string }[]> {
  if (ids.length === 0) return [];
  return settlementsOf(trx, deployment, environmentId)
    .select(["settlement.id", shownState.as("state")])
    .where("settlement.id", "in", ids)
    .execute();
}
