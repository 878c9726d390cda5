import pg from "pg";
import { log } from "./log.ts";

/**
 * Makes this process the only writer of a tables schema, waiting while another one lives.
 *
 * Ponder marks its schema by a heartbeat and, after a kill -9, waits up to 25 s for it to run out. A session lock of PostgreSQL ends
 * with its holder, so whoever has it may clear the mark at once.
 */
export async function becomeWriter(databaseUrl: string, schema: string): Promise<void> {
  const client = await connect(databaseUrl, schema);
  if (!(await tryLock(client, schema))) {
    log("warn", "Waiting for another indexer of this schema to end", { schema });
    await client.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [lockName(schema)]);
  }
  await clearLeftovers(client, schema);
  watch(client, schema);
}

const lockName = (schema: string) => `keystone indexer ${schema}`;

async function connect(databaseUrl: string, schema: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: `${schema}_writer`,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  });
  // The connection's loss is seen by its `end`; an unheard `error` would end the process without a word.
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function tryLock(client: pg.Client, schema: string): Promise<boolean> {
  const { rows } = await client.query("SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked", [
    lockName(schema),
  ]);
  return rows[0].locked as boolean;
}

/** Ends what a killed predecessor may still have in flight, and its mark. */
async function clearLeftovers(client: pg.Client, schema: string): Promise<void> {
  await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ANY($1)", [
    [`${schema}_user`, `${schema}_internal`],
  ]);
  const { rows } = await client.query("SELECT to_regclass($1) IS NOT NULL AS known", [`"${schema}"._ponder_meta`]);
  if (!rows[0].known) return;
  await client.query(`UPDATE "${schema}"._ponder_meta SET value = jsonb_set(value, '{is_locked}', '0')`);
}

/**
 * Ends the process when the connection is lost. A server that was killed may have forgotten the newest commits (Ponder does not wait for
 * them to be flushed), and Ponder would go on from memory as if they were there: rows would be missing for good. Started again, it goes
 * on from the checkpoint that the database really has.
 */
function watch(client: pg.Client, schema: string): void {
  client.once("end", () => {
    log("error", "Lost the writer's lock: the database may have forgotten rows, so this process ends", { schema });
    process.exit(75);
  });
}
