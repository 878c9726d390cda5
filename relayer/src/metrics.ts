import { indexedChains, oldestOpenIntent, poolCounts, type Store } from "@keystoneos/store";
import { createRegistry, type Registry } from "@keystoneos/telemetry";
import type { ListStatus } from "./screening/sanctions-list.ts";

/** Told of every action and what came of it. */
export type CountAction = (labels: { action: string; outcome: string }) => void;

/** What the relayer tells its operators. `lists` are the sanctions lists it screens against. */
export function createMetrics(
  db: Store,
  lists: () => readonly ListStatus[],
): { registry: Registry; countAction: CountAction } {
  const registry = createRegistry();
  const countAction = registry.counter("keystone_actions_total", "Actions taken, by what came of them.", [
    "action",
    "outcome",
  ]);
  registry.gauge("keystone_database_connections", "Connections of the pool, and who waits for one.", ["state"], () =>
    Object.entries(poolCounts(db)).map(([state, value]) => ({ labels: { state }, value })),
  );
  registry.gauge("keystone_oldest_open_intent_seconds", "Age of the oldest open intent.", [], async () => [
    { labels: {}, value: await oldestOpenIntent(db) },
  ]);
  registry.gauge("keystone_indexer_lag_seconds", "Age of the newest indexed block.", ["chain_id"], async () =>
    (await indexedChains(db)).map(({ chainId, lagSeconds }) => ({ labels: { chain_id: chainId }, value: lagSeconds })),
  );
  const since = { publication: "publishedAt", import: "importedAt" } as const;
  registry.gauge("keystone_sanctions_list_age_seconds", "Age of a sanctions list.", ["list", "since"], () =>
    lists().flatMap((status) =>
      Object.entries(since).map(([name, field]) => ({
        labels: { list: status.list, since: name },
        value: (Date.now() - status[field].getTime()) / 1000,
      })),
    ),
  );
  return { registry, countAction };
}
