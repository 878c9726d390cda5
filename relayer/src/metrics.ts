import { indexedChains, oldestOpenIntent, poolCounts, type Store } from "@keystoneos/store";
import { createRegistry, type Registry } from "@keystoneos/telemetry";
import type { ObserveSigning } from "./keys/open.ts";

/** Told of every action and what came of it. */
export type CountAction = (labels: { action: string; outcome: string }) => void;

/** What the relayer tells its operators. */
export function createMetrics(db: Store): {
  registry: Registry;
  countAction: CountAction;
  observeSigning: ObserveSigning;
} {
  const registry = createRegistry();
  const countAction = registry.counter("keystone_actions_total", "Actions taken, by what came of them.", [
    "action",
    "outcome",
  ]);
  const observeSigning = registry.histogram(
    "keystone_signing_seconds",
    "How long keys take to sign, by what came of it.",
    ["role", "outcome"],
  );
  registry.gauge("keystone_database_connections", "Connections of the pool, and who waits for one.", ["state"], () =>
    Object.entries(poolCounts(db)).map(([state, value]) => ({ labels: { state }, value })),
  );
  registry.gauge("keystone_oldest_open_intent_seconds", "Age of the oldest open intent.", [], async () => [
    { labels: {}, value: await oldestOpenIntent(db) },
  ]);
  registry.gauge("keystone_indexer_lag_seconds", "Age of the newest indexed block.", ["chain_id"], async () =>
    (await indexedChains(db)).map(({ chainId, lagSeconds }) => ({ labels: { chain_id: chainId }, value: lagSeconds })),
  );
  return { registry, countAction, observeSigning };
}
