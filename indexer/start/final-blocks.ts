import pg from "pg";
import { BlockNotFoundError, createPublicClient, type Hex, http } from "viem";
import type { Config } from "../src/config.ts";
import { log } from "./log.ts";

/** The newest block of a chain whose rows are final, as it was when they became so. */
interface FinalBlock {
  chain_id: number;
  block_number: bigint;
  block_hash: Hex;
}

type Database = Pick<pg.Client, "query">;

/**
 * Drops the tables when a chain has lost a block whose rows are final, together with what was kept of that chain: Ponder would take neither
 * back, and go on from rows of blocks that there are not. Called by the writer, before Ponder starts.
 */
export async function startOverWhenForgotten(config: Config, schema: string): Promise<void> {
  const client = new pg.Client({ connectionString: config.databaseUrl, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  await client.connect();
  try {
    const forgotten = await findForgotten(config, await storedBlocks(client, schema));
    if (forgotten.length === 0) return;
    log("error", "A chain has lost a block that was final: everything is indexed anew", shown(schema, forgotten));
    await client.query("BEGIN");
    await client.query(`DROP SCHEMA "${schema}" CASCADE`);
    for (const { chain_id } of forgotten) await forgetChain(client, chain_id);
    await client.query("COMMIT");
  } finally {
    await client.end();
  }
}

/**
 * Remembers the newest final block of every chain, and ends the process when a chain has lost it, so that the next start begins anew. Ponder
 * alone would stand still there and let its rows be read.
 */
export function watchFinalBlocks(config: Config, schema: string): void {
  const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 1, connectionTimeoutMillis: 10_000 });
  pool.on("error", () => {});
  const look = async () => {
    const stored = await storedBlocks(pool, schema);
    const forgotten = await findForgotten(config, stored);
    if (forgotten.length > 0) {
      log("error", "A chain has lost a block that was final, so this process ends", shown(schema, forgotten));
      process.exit(75);
    }
    await remember(pool, config, schema, stored);
  };
  const again = () =>
    void setTimeout(() => void look().catch(tell).finally(again), 10 * config.pollingIntervalMs).unref();
  const tell = (error: Error) => log("warn", "Could not look for the final blocks", { error: error.message });
  again();
}

async function storedBlocks(database: Database, schema: string): Promise<FinalBlock[]> {
  if (!(await exists(database, schema, "_final_block"))) return [];
  const { rows } = await database.query(`SELECT chain_id, block_number, block_hash FROM "${schema}"._final_block`);
  return rows.map((row) => ({ ...row, chain_id: Number(row.chain_id), block_number: BigInt(row.block_number) }));
}

/** A node that does not have a block of that number yet contradicts nothing. */
async function findForgotten(config: Config, stored: readonly FinalBlock[]): Promise<FinalBlock[]> {
  const forgotten: FinalBlock[] = [];
  for (const block of stored) {
    const there = await hashAt(config, block.chain_id, block.block_number);
    if (there !== null && there !== block.block_hash) forgotten.push(block);
  }
  return forgotten;
}

async function remember(
  database: Database,
  config: Config,
  schema: string,
  stored: readonly FinalBlock[],
): Promise<void> {
  if (!(await exists(database, schema, "_ponder_checkpoint"))) return;
  await database.query(
    `CREATE TABLE IF NOT EXISTS "${schema}"._final_block
      (chain_id bigint PRIMARY KEY, block_number bigint NOT NULL, block_hash text NOT NULL)`,
  );
  // Ten digits of time, sixteen of the chain, sixteen of the block's number.
  const { rows } = await database.query<{ chain_id: string; number: string }>(
    `SELECT chain_id, substr(finalized_checkpoint, 27, 16) AS number FROM "${schema}"._ponder_checkpoint`,
  );
  for (const row of rows) {
    const [chainId, number] = [Number(row.chain_id), BigInt(row.number)];
    if (stored.some((block) => block.chain_id === chainId && block.block_number >= number)) continue;
    const hash = await hashAt(config, chainId, number);
    if (hash === null) continue;
    await database.query(
      `INSERT INTO "${schema}"._final_block VALUES ($1, $2, $3)
        ON CONFLICT (chain_id) DO UPDATE SET block_number = excluded.block_number, block_hash = excluded.block_hash`,
      [chainId, number, hash],
    );
  }
}

async function hashAt({ rpcUrls }: Config, chainId: number, blockNumber: bigint): Promise<Hex | null> {
  const client = createPublicClient({ transport: http(rpcUrls.get(chainId), { retryCount: 0, timeout: 10_000 }) });
  try {
    return (await client.getBlock({ blockNumber })).hash;
  } catch (error) {
    if (error instanceof BlockNotFoundError) return null;
    throw error;
  }
}

/** What Ponder keeps of fetched blocks and logs, where it is told to keep them. */
async function forgetChain(database: Database, chainId: number): Promise<void> {
  const { rows } = await database.query<{ table_name: string }>(
    "SELECT table_name FROM information_schema.columns WHERE table_schema = 'ponder_sync' AND column_name = 'chain_id'",
  );
  for (const { table_name } of rows)
    await database.query(`DELETE FROM ponder_sync."${table_name}" WHERE chain_id = $1`, [chainId]);
}

async function exists(database: Database, schema: string, table: string): Promise<boolean> {
  const { rows } = await database.query("SELECT to_regclass($1) IS NOT NULL AS known", [`"${schema}".${table}`]);
  return rows[0].known as boolean;
}

function shown(schema: string, blocks: readonly FinalBlock[]) {
  return { schema, blocks: blocks.map((block) => ({ ...block, block_number: Number(block.block_number) })) };
}
