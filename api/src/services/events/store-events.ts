import type { StoreTransaction } from "@keystoneos/store";
import { traceparent } from "@keystoneos/telemetry";
import { sql } from "kysely";
import type { Hex } from "viem";
import { type EventName, matchesPattern } from "./catalogue.ts";

/** One event as one environment is told of it. */
export interface NewEvent {
  environmentId: string;
  id: string;
  event: EventName;
  settlementId: string | null;
  data: Record<string, unknown>;
  log: EventLog | null;
  /** W3C trace context of what caused it; undefined for the request under way. */
  traceparent?: string | null;
}

/** The log that says what happened. */
export interface EventLog {
  chainId: number;
  blockNumber: number;
  blockHash: Hex;
  logIndex: number;
}

/**
 * Stores events, in the order given, with a delivery for each endpoint that wants them: as part of `trx`, so that what happened, its
 * event and its deliveries are one. An event that is there already stays as it was.
 */
export async function storeEvents(trx: StoreTransaction, events: NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const positions = await takePositions(trx, events);
  const stored = await trx
    .insertInto("keystone.event")
    .values(
      events.map(({ environmentId, id, event, settlementId, data, log, ...cause }, index) => ({
        environment_id: environmentId,
        id,
        position: positions[index] as bigint,
        event,
        settlement_id: settlementId,
        data: JSON.stringify(data),
        chain_id: log === null ? null : BigInt(log.chainId),
        block_number: log === null ? null : BigInt(log.blockNumber),
        block_hash: log?.blockHash ?? null,
        log_index: log?.logIndex ?? null,
        traceparent: cause.traceparent === undefined ? traceparent() : cause.traceparent,
      })),
    )
    .onConflict((conflict) => conflict.columns(["environment_id", "id"]).doNothing())
    .returning(["environment_id", "id", "event"])
    .execute();
  await planDeliveries(trx, stored);
}

/**
 * The next positions, one per event. The environments' counters stay locked until the transaction ends, so that positions appear in their
 * order; they are locked in the order of their ids, so that two transactions never wait for each other.
 */
async function takePositions(trx: StoreTransaction, events: NewEvent[]): Promise<bigint[]> {
  const counts = new Map<string, bigint>();
  for (const { environmentId } of events) counts.set(environmentId, (counts.get(environmentId) ?? 0n) + 1n);
  const rows = await trx
    .insertInto("keystone.event_position")
    .values(
      [...counts]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([environment_id, last]) => ({ environment_id, last })),
    )
    .onConflict((conflict) =>
      conflict.column("environment_id").doUpdateSet({ last: sql<bigint>`event_position.last + excluded.last` }),
    )
    .returning(["environment_id", "last"])
    .execute();
  const next = new Map(
    rows.map(({ environment_id, last }) => [environment_id, last - (counts.get(environment_id) ?? 0n)]),
  );
  return events.map(({ environmentId }) => {
    const position = (next.get(environmentId) as bigint) + 1n;
    next.set(environmentId, position);
    return position;
  });
}

async function planDeliveries(
  trx: StoreTransaction,
  events: { environment_id: string; id: string; event: string }[],
): Promise<void> {
  if (events.length === 0) return;
  const endpoints = await trx
    .selectFrom("keystone.webhook_endpoint")
    .select(["id", "environment_id", "events"])
    .where("environment_id", "in", [...new Set(events.map((event) => event.environment_id))])
    .where("is_active", "=", true)
    .execute();
  const deliveries = events.flatMap((event) =>
    endpoints
      .filter((endpoint) => endpoint.environment_id === event.environment_id)
      .filter((endpoint) => endpoint.events.some((pattern) => matchesPattern(pattern, event.event)))
      .map((endpoint) => ({
        endpoint_id: endpoint.id,
        environment_id: event.environment_id,
        event_id: event.id,
        event_type: event.event,
        attempt: 1,
        pending: true,
        next_attempt_at: sql<Date>`clock_timestamp()`,
      })),
  );
  if (deliveries.length > 0) await trx.insertInto("keystone.webhook_delivery").values(deliveries).execute();
}
