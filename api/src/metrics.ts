import { indexedChains, oldestDueDelivery, oldestOpenIntent, poolCounts, type Store } from "@keystoneos/store";
import { createRegistry, type Registry } from "@keystoneos/telemetry";
import type { Streams } from "./services/streams/streams.ts";

/** Told of every request when its answer begins. */
export type ObserveRequest = (request: { method: string; route: string; status: number }, seconds: number) => void;

/** What the API tells its operators. */
export function createApiMetrics({ db, streams }: { db: Store; streams: Streams }): {
  registry: Registry;
  observe: ObserveRequest;
} {
  const registry = createRegistry();
  const observe = registry.histogram("keystone_http_request_duration_seconds", "Until the answer begins.", [
    "method",
    "route",
    "status",
  ]);
  registry.gauge("keystone_streams", "Streams under way in this process.", [], () => [
    { labels: {}, value: streams.count },
  ]);
  databaseMetrics(registry, db);
  registry.gauge("keystone_oldest_open_intent_seconds", "Age of the oldest open intent.", [], async () => [
    { labels: {}, value: await oldestOpenIntent(db) },
  ]);
  return { registry, observe };
}

/** What the courier tells its operators. */
export function createCourierMetrics(db: Store): {
  registry: Registry;
  onOutcome: (outcome: "success" | "failure" | "lost") => void;
} {
  const registry = createRegistry();
  const count = registry.counter("keystone_webhook_attempts_total", "Attempts made, by what came of them.", [
    "outcome",
  ]);
  databaseMetrics(registry, db);
  registry.gauge(
    "keystone_oldest_due_delivery_seconds",
    "How long the delivery that is due longest has been due.",
    [],
    async () => [{ labels: {}, value: await oldestDueDelivery(db) }],
  );
  return { registry, onOutcome: (outcome) => count({ outcome }) };
}

function databaseMetrics(registry: Registry, db: Store): void {
  registry.gauge("keystone_database_connections", "Connections of the pool, and who waits for one.", ["state"], () =>
    Object.entries(poolCounts(db)).map(([state, value]) => ({ labels: { state }, value })),
  );
  registry.gauge("keystone_indexed_block", "Newest indexed block.", ["chain_id"], async () =>
    (await indexedChains(db)).map(({ chainId, block }) => ({ labels: { chain_id: chainId }, value: block })),
  );
  registry.gauge("keystone_indexer_lag_seconds", "Age of the newest indexed block.", ["chain_id"], async () =>
    (await indexedChains(db)).map(({ chainId, lagSeconds }) => ({ labels: { chain_id: chainId }, value: lagSeconds })),
  );
}
