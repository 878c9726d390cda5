import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import pg from "pg";
import { MigrationFailedError, MigrationHistoryError } from "./errors.ts";

/** Any fixed number: whoever holds it migrates, everybody else waits. */
const MIGRATION_LOCK = 7_202_611_021n;

export interface Migration {
  /** File name, `0001_platform.sql`; the order of names is the order of migrations. */
  name: string;
  sql: string;
  /** SHA-256 of the text, hex. */
  checksum: string;
}

export interface MigrateOptions {
  databaseUrl: string;
  /** Default: the ones shipped with this package. */
  migrations?: Migration[];
}

/**
 * Brings the schema `keystone` up to date and returns the names of the migrations applied now. Any number of processes
 * may call it at once. Throws MigrationHistoryError when an applied migration was changed or removed, MigrationFailedError when one fails.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const migrations = options.migrations ?? (await readMigrations());
  const client = new pg.Client({ connectionString: options.databaseUrl });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK.toString()]);
    return await applyMissing(client, migrations);
  } finally {
    await client.end();
  }
}

/** Reads `NNNN_name.sql` files in order. */
export async function readMigrations(directory = new URL("./migrations/", import.meta.url)): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, directory), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

async function applyMissing(client: pg.Client, migrations: Migration[]): Promise<string[]> {
  await client.query("CREATE SCHEMA IF NOT EXISTS keystone");
  await client.query(
    "CREATE TABLE IF NOT EXISTS keystone.migration (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
  );
  const done = await client.query<{ name: string; checksum: string }>(
    "SELECT name, checksum FROM keystone.migration ORDER BY name",
  );
  const missing = checkHistory(done.rows, migrations);
  for (const migration of missing) await apply(client, migration);
  return missing.map((migration) => migration.name);
}

/** What was applied must be the beginning of what is shipped, unchanged. */
function checkHistory(done: { name: string; checksum: string }[], migrations: Migration[]): Migration[] {
  done.forEach((row, position) => {
    const shipped = migrations[position];
    if (shipped?.name !== row.name) {
      throw new MigrationHistoryError(
        `The database has had ${row.name}, which is ${migrations.some((m) => m.name === row.name) ? "out of order" : "not shipped"} here`,
      );
    }
    if (shipped.checksum !== row.checksum)
      throw new MigrationHistoryError(`${row.name} was changed after it had been applied`);
  });
  return migrations.slice(done.length);
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query("BEGIN");
    await client.query("SET LOCAL search_path TO keystone");
    await client.query(migration.sql);
    await client.query("INSERT INTO keystone.migration (name, checksum) VALUES ($1, $2)", [
      migration.name,
      migration.checksum,
    ]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw new MigrationFailedError(migration.name, error);
  }
}
