import { readPauses } from "@keystoneos/store";
import type { Registry } from "@keystoneos/telemetry";
import { sql } from "kysely";
import { gasSpent } from "./budget.ts";
import { orphans, sharedKeys } from "./holders.ts";
import type { Lane } from "./lane.ts";
import type { Pipeline } from "./types.ts";

/** What the pipeline tells operators, about keys that this process has. Those about leases and nonces are of the process that holds them. */
export function registerPipeline(registry: Registry, pipeline: Pipeline): void {
  const { db, chains, lanes, settings } = pipeline;
  const perLane = (help: [name: string, text: string], read: (lane: Lane) => number | null) =>
    registry.gauge(...help, ["chain_id", "signer"], () =>
      lanes.flatMap((lane) => {
        const value = read(lane);
        return value === null ? [] : [{ labels: { chain_id: lane.chain.chainId, signer: lane.address }, value }];
      }),
    );
  perLane(["keystone_signer_lease", "1 where this process may send by the key."], ({ fence }) =>
    fence === null ? 0 : 1,
  );
  const led = (value: (lane: Lane) => number | null) => (lane: Lane) => (lane.fence === null ? null : value(lane));
  perLane(
    ["keystone_signer_balance_ether", "What the key has, at the newest block that was looked at."],
    led(({ seen }) => (seen === null ? null : Number(seen.balance) / 1e18)),
  );
  perLane(
    ["keystone_nonce_gap", "Nonces missing below one that is stored, or in a pool and not stored."],
    led((lane) => lane.gap + unknown(lane)),
  );
  perLane(
    ["keystone_fee_cap_reached", "Transactions that are late and wait at the cap on fees."],
    led(({ waitsFor }) => [...waitsFor.values()].filter((why) => why === "cap").length),
  );
  registry.gauge(
    "keystone_unmined",
    "Transactions that are stored and not mined.",
    ["chain_id", "signer"],
    async () => {
      const rows = await unmined(pipeline);
      return rows.map(({ chain_id, signer, count }) => ({ labels: { chain_id, signer }, value: count }));
    },
  );
  registry.gauge(
    "keystone_oldest_unmined_seconds",
    "Age of the oldest transaction that is not mined.",
    ["chain_id", "signer"],
    async () =>
      (await unmined(pipeline)).map(({ chain_id, signer, age }) => ({ labels: { chain_id, signer }, value: age })),
  );
  registry.gauge(
    "keystone_refused_calls",
    "Calls that contracts refuse, by the error's name; dead ones are not tried.",
    ["error", "dead"],
    async () => {
      const rows = await db
        .selectFrom("keystone.refused_call")
        .select(["error_name", "is_dead", (eb) => eb.fn.countAll<bigint>().as("count")])
        .groupBy(["error_name", "is_dead"])
        .execute();
      return rows.map(({ error_name, is_dead, count }) => ({
        labels: { error: error_name || "unknown", dead: String(is_dead) },
        value: Number(count),
      }));
    },
  );
  registry.gauge(
    "keystone_shared_gas_keys",
    "Gas keys of this process that a living relayer of another attester has too.",
    ["chain_id", "signer"],
    async () => {
      const shared = await sharedKeys(pipeline);
      return lanes
        .filter(({ role }) => role === "relayer")
        .map(({ chain: { chainId }, address }) => ({
          labels: { chain_id: chainId, signer: address },
          value: shared.filter(({ chain_id, signer }) => Number(chain_id) === chainId && signer === address).length,
        }));
    },
  );
  registry.gauge(
    "keystone_orphaned_transactions",
    "Transactions in flight whose key no living relayer has.",
    ["chain_id", "signer"],
    async () =>
      (await orphans(pipeline)).map(({ chain_id, signer, count }) => ({
        labels: { chain_id: Number(chain_id), signer },
        value: Number(count),
      })),
  );
  registry.gauge(
    "keystone_reverted_calls",
    "Transactions of the last 24 hours that failed, by the error's name.",
    ["error"],
    async () => {
      const { rows } = await sql<{ error: string; count: number }>`
        SELECT coalesce(substring(error FROM '^([A-Za-z]\\w*)(\\(|$)'), 'unknown') AS error, count(*)::int AS count
        FROM keystone.chain_transaction
        WHERE status = 'failed' AND updated_at > now() - interval '24 hours' GROUP BY 1`.execute(db);
      return rows.map(({ error, count }) => ({ labels: { error }, value: count }));
    },
  );
  registry.gauge("keystone_chain_paused", "1 where an operator has paused the chain.", ["chain_id"], async () => {
    const paused = new Set((await readPauses(db)).map(({ chain_id }) => Number(chain_id)));
    return [...chains.keys()].map((chain_id) => ({ labels: { chain_id }, value: paused.has(chain_id) ? 1 : 0 }));
  });
  registry.gauge("keystone_gas_budget_left_ether", "What may still be spent or reserved.", ["chain_id"], () =>
    Promise.all(
      [...settings.gasBudgets].map(async ([chain_id, budget]) => ({
        labels: { chain_id },
        value: Number(budget - (await gasSpent(db, chain_id))) / 1e18,
      })),
    ),
  );
}

/** What operators should know though the process is ready: in one line each. */
export async function pipelineWarnings(pipeline: Pipeline): Promise<string[]> {
  const { db, lanes, settings } = pipeline;
  const budgets = await Promise.all(
    [...settings.gasBudgets].map(async ([chainId, budget]) =>
      (await gasSpent(db, chainId)) < budget ? [] : [`chain ${chainId}: the gas budget of a day is spent or reserved`],
    ),
  );
  const stuck = lanes.flatMap((lane) => {
    if (lane.fence === null) return [];
    const key = `chain ${lane.chain.chainId}, ${lane.address}`;
    return [
      ...(lane.unfunded ? [`${key}: cannot pay for what is asked of it`] : []),
      ...([...lane.waitsFor.values()].includes("cap") ? [`${key}: a transaction is stuck at the cap on fees`] : []),
      ...(lane.gap + unknown(lane) > 0 ? [`${key}: nonces are missing, nothing is built`] : []),
    ];
  });
  const shared = (await sharedKeys(pipeline)).map(
    ({ chain_id, signer, attester }) =>
      `chain ${chain_id}, ${signer}: relayers of the attester ${attester} have this gas key too; give each attester's keys of their own`,
  );
  const left = (await orphans(pipeline)).map(
    ({ chain_id, signer, count }) =>
      `chain ${chain_id}, ${signer}: ${count} in flight, and no living relayer has the key`,
  );
  const pauses = (await readPauses(db)).map(
    ({ chain_id, by, since, reason }) =>
      `chain ${chain_id}: paused by ${by} since ${since.toISOString()}, nothing is built: ${reason}`,
  );
  return [...pauses, ...budgets.flat(), ...stuck, ...shared, ...left];
}

function unknown({ unknownSince }: Lane): number {
  return unknownSince === null ? 0 : 1;
}

async function unmined({ db, lanes }: Pipeline) {
  const { rows } = await sql<{ chain_id: bigint; signer: string; count: bigint; age: number }>`
    SELECT chain_id, signer, count(*) AS count, extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS age
    FROM keystone.chain_transaction WHERE status IN ('queued', 'submitted') GROUP BY chain_id, signer`.execute(db);
  return lanes.map(({ chain, address }) => {
    const row = rows.find(({ chain_id, signer }) => Number(chain_id) === chain.chainId && signer === address);
    return { chain_id: chain.chainId, signer: address, count: Number(row?.count ?? 0n), age: row?.age ?? 0 };
  });
}
