import { connect } from "@keystoneos/store";
import { ConfigError } from "../errors.ts";
import { InputError } from "./command.ts";
import { runCommand } from "./run.ts";

const { env } = process;
const write = (line: string) => void process.stdout.write(`${line}\n`);
try {
  const databaseUrl = env.DATABASE_URL ?? "";
  if (!/^postgres(ql)?:\/\//.test(databaseUrl)) {
    throw new InputError("DATABASE_URL: must be the postgres:// URL of the platform database");
  }
  const db = connect({ databaseUrl, indexerSchema: env.INDEXER_SCHEMA || "indexer", maxConnections: 4 });
  try {
    await runCommand({ db, env, write }, process.argv.slice(2));
  } finally {
    await db.destroy();
  }
} catch (error) {
  const { message, code } = error as Error & { code?: string };
  process.stderr.write(`${message || code || String(error)}\n`);
  process.exitCode = error instanceof InputError || error instanceof ConfigError ? 2 : 1;
}
