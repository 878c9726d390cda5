import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";

/**
 * Creates the schema and, empty, the functions by which Ponder records what a reorg has to take back. Both chains replace them by the
 * real ones when they go live, and where that is a creation for both at once PostgreSQL lets only one of them succeed.
 */
export async function prepareSchema(root: string, databaseUrl: string, schema: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
    for (const table of tableNames(root)) {
      const name = `"${schema}".operation_reorg__${table}()`;
      const { rows } = await client.query("SELECT to_regprocedure($1) IS NOT NULL AS known", [name]);
      if (rows[0].known) continue;
      await client.query(`CREATE FUNCTION ${name} RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`);
    }
  } finally {
    await client.end();
  }
}

/** The tables that ponder.schema.ts declares. */
export function tableNames(root: string): string[] {
  const source = readFileSync(join(root, "ponder.schema.ts"), "utf8");
  return [...source.matchAll(/onchainTable\(\s*"(\w+)"/g)].map((match) => match[1] as string);
}
