import { connect, sqlState } from "@keystoneos/store";
import { ConfigError } from "../errors.ts";
import { InputError } from "./command.ts";
import { asksForHelp, runCommand, usage } from "./run.ts";

const { env } = process;
const args = process.argv.slice(2);
const write = (line: string) => void process.stdout.write(`${line}\n`);
try {
  if (asksForHelp(args)) write(usage());
  else await withDatabase();
} catch (error) {
  const typed = error instanceof InputError || error instanceof ConfigError;
  process.stderr.write(`${typed ? error.message : fault(error)}\n`);
  process.exitCode = typed ? 2 : 1;
}

async function withDatabase(): Promise<void> {
  const databaseUrl = env.DATABASE_URL ?? "";
  if (!/^postgres(ql)?:\/\//.test(databaseUrl)) {
    throw new InputError("DATABASE_URL: must be the postgres:// URL of the platform database");
  }
  const indexerSchema = env.INDEXER_SCHEMA || "indexer";
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(indexerSchema)) throw new InputError("INDEXER_SCHEMA: must be a schema name");
  const db = connect({ databaseUrl, indexerSchema, maxConnections: 4 });
  try {
    await runCommand({ db, env, write }, args);
  } finally {
    await db.destroy();
  }
}

/** What keeps the database from answering, in its own words. Nothing has changed. */
function fault(error: unknown): string {
  const { message, code } = error as Error & { code?: string };
  const missing = sqlState(error) === "42P01" ? ": apply the migrations of this version, or name another database" : "";
  return `DATABASE_URL: ${message || code || String(error)}${missing}`;
}
