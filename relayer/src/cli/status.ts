import { readPauses, type Store } from "@keystoneos/store";
import { sql } from "kysely";
import { gasSpent } from "../pipeline/budget.ts";
import { readSettings } from "../pipeline/config.ts";
import { indexedHeads, knownChains } from "./chains.ts";
import { type Command, nothingMore, read } from "./command.ts";

const usage = "status [--json]";

export const status: Command = {
  usage,
  does: "Shows for each chain pauses, who has the keys, what is unmined, what gas costs, and what is dead.",
  async run({ db, env, write }, args) {
    const { values, positionals } = read(args, usage, { json: "flag" });
    nothingMore(positionals, usage);
    const chains = await readStatus(db, env);
    if (values.json) return write(JSON.stringify({ chains }, null, 2));
    if (chains.length === 0) write("No relayer and no indexer has worked on this database yet.");
    for (const chain of chains) for (const line of linesOf(chain)) write(line);
  },
};

type ChainStatus = Awaited<ReturnType<typeof readStatus>>[number];

async function readStatus(db: Store, env: Readonly<Record<string, string | undefined>>) {
  const chainIds = await knownChains(db);
  const { gasBudgets } = readSettings(filled(env), chainIds);
  const [heads, pauses, keys, dead] = await Promise.all([
    indexedHeads(db),
    readPauses(db),
    readKeys(db),
    db
      .selectFrom("keystone.refused_call")
      .select(["chain_id", (eb) => eb.fn.countAll<bigint>().as("count")])
      .where("is_dead", "=", true)
      .groupBy("chain_id")
      .execute(),
  ]);
  const of = <T extends { chain_id: bigint }>(rows: readonly T[], chainId: number) =>
    rows.filter(({ chain_id }) => Number(chain_id) === chainId);
  return Promise.all(
    chainIds.map(async (chainId) => {
      const [head] = of(heads, chainId);
      const [pause] = of(pauses, chainId);
      const budget = gasBudgets.get(chainId);
      return {
        chain_id: chainId,
        paused: pause === undefined ? null : { by: pause.by, since: pause.since, reason: pause.reason },
        indexer_lag_seconds:
          head === undefined ? null : Math.max(0, Math.floor(Date.now() / 1000) - Number(head.block_timestamp)),
        gas_spent_ether: Number(await gasSpent(db, chainId)) / 1e18,
        /** As this command's own environment says; null without one. */
        gas_budget_ether: budget === undefined ? null : Number(budget) / 1e18,
        dead_letters: Number(of(dead, chainId)[0]?.count ?? 0n),
        keys: of(keys, chainId).map(({ chain_id: _, unmined, ...key }) => ({ ...key, unmined: Number(unmined) })),
      };
    }),
  );
}

/** Every key that any relayer has had, who has it now, and what it has under way. */
async function readKeys(db: Store) {
  const { rows } = await sql<{
    chain_id: bigint;
    signer: string;
    holder: string | null;
    unmined: bigint;
    oldest_unmined_seconds: number;
  }>`
    SELECT lease.chain_id, lease.signer,
      CASE WHEN lease.expires_at > clock_timestamp() THEN lease.holder END AS holder,
      count(row.id) AS unmined,
      coalesce(extract(epoch FROM clock_timestamp() - min(row.created_at)), 0)::float8 AS oldest_unmined_seconds
    FROM keystone.signer_lease AS lease
    LEFT JOIN keystone.chain_transaction AS row
      ON row.chain_id = lease.chain_id AND row.signer = lease.signer AND row.status IN ('queued', 'submitted')
    GROUP BY lease.chain_id, lease.signer ORDER BY lease.chain_id, lease.signer`.execute(db);
  return rows;
}

function linesOf(chain: ChainStatus): string[] {
  const { chain_id, paused, indexer_lag_seconds, gas_spent_ether, gas_budget_ether, dead_letters, keys } = chain;
  const budget = gas_budget_ether === null ? "" : ` of ${gas_budget_ether}`;
  return [
    `chain ${chain_id}${paused === null ? "" : `  PAUSED by ${paused.by} since ${paused.since.toISOString()}: ${paused.reason}`}`,
    `  indexed: ${indexer_lag_seconds === null ? "never" : `${indexer_lag_seconds} s behind`}`,
    `  gas of 24 hours: ${gas_spent_ether}${budget} ether spent or reserved`,
    `  dead letters: ${dead_letters}`,
    ...keys.map(({ signer, holder, unmined, oldest_unmined_seconds }) => {
      const held = holder === null ? "held by NOBODY" : `held by ${holder}`;
      const waits = unmined === 0 ? "" : `, the oldest for ${Math.round(oldest_unmined_seconds)} s`;
      return `  key ${signer}: ${held}, ${unmined} unmined${waits}`;
    }),
  ];
}

/** Variables that are set and empty are not set. */
function filled(env: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
}
