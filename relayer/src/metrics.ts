import { indexedChains, oldestOpenIntent, poolCounts, type Store } from "@keystoneos/store";
import { createRegistry, type Registry } from "@keystoneos/telemetry";
import type { Chain } from "./chains/client.ts";
import type { RpcMetrics } from "./chains/watch.ts";
import type { ObserveSigning } from "./keys/open.ts";
import type { ListStatus } from "./screening/sanctions-list.ts";

/** Told of every action and what came of it. */
export type CountAction = (labels: { action: string; outcome: string }) => void;

/** What the relayer tells its operators. `lists` are the sanctions lists it screens against. */
export function createMetrics(
  db: Store,
  lists: () => readonly ListStatus[],
): { registry: Registry; countAction: CountAction; observeSigning: ObserveSigning } {
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
  const since = { publication: "publishedAt", import: "importedAt" } as const;
  registry.gauge("keystone_sanctions_list_age_seconds", "Age of a sanctions list.", ["list", "since"], () =>
    lists().flatMap((status) =>
      Object.entries(since).map(([name, field]) => ({
        labels: { list: status.list, since: name },
        value: (Date.now() - status[field].getTime()) / 1000,
      })),
    ),
  );
  return { registry, countAction, observeSigning };
}

/** What it tells of the nodes: how each is, and what its requests came to. Endpoints are named by their hosts. */
export function rpcMetrics(registry: Registry, chains: ReadonlyMap<number, Chain>): RpcMetrics {
  const node = ["chain_id", "endpoint"] as const;
  const nodes = () =>
    [...chains.values()].flatMap(({ chainId, nodes: { endpoints } }) =>
      endpoints.map((endpoint) => ({ endpoint, labels: { chain_id: chainId, endpoint: endpoint.name } })),
    );
  registry.gauge("keystone_rpc_endpoint", "1, with how the endpoint is.", [...node, "state", "circuit"], () =>
    nodes().map(({ endpoint, labels }) => {
      const { state } = endpoint.condition();
      return { labels: { ...labels, state, circuit: endpoint.circuit }, value: 1 };
    }),
  );
  registry.gauge("keystone_rpc_lag_blocks", "How far the endpoint is below the quorum's head.", node, () =>
    nodes().flatMap(({ endpoint: { standing }, labels }) => {
      if (standing.state === "behind") return [{ labels, value: Number(standing.blocks) }];
      return standing.state === "level" ? [{ labels, value: 0 }] : [];
    }),
  );
  return {
    countRequest: registry.counter("keystone_rpc_requests_total", "Requests to endpoints, by what came of them.", [
      ...node,
      "outcome",
    ]),
    observeSeconds: registry.histogram("keystone_rpc_seconds", "How long endpoints took to answer.", node),
    countDisagreement: registry.counter(
      "keystone_rpc_disagreements_total",
      "Answers that were not the quorum's, or that no quorum had.",
      node,
    ),
  };
}
