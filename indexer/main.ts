/**
 * The indexer's process: `node indexer/main.ts` writes and serves, `node indexer/main.ts serve` only serves GraphQL.
 * Ponder runs inside this process, so that a signal reaches it and a kill leaves nothing behind.
 */
import { enableCompileCache } from "node:module";
import { join, resolve } from "node:path";
import { type Config, ConfigError, readConfig } from "./src/config.ts";
import { startOverWhenForgotten, watchFinalBlocks } from "./start/final-blocks.ts";
import { log } from "./start/log.ts";
import { assertPortFree, PortInUseError } from "./start/port.ts";
import { tablesSchema } from "./start/schema-name.ts";
import { startHashes, WrongChainError } from "./start/start-block.ts";
import { becomeWriter } from "./start/writer-lock.ts";

const command = process.argv[2] === "serve" ? "serve" : "start";
const root = import.meta.dirname;

// Most of a start is the loading of thousands of small modules.
enableCompileCache(join(root, ".ponder", "compiled"));

try {
  const config = readConfig(process.env);
  await assertPortFree(config.port);
  const schema = config.tablesSchema ?? tablesSchema(root, config, await startHashes(config));
  if (command === "start") {
    await becomeWriter(config.databaseUrl, schema);
    await startOverWhenForgotten(config, schema);
    watchFinalBlocks(config, schema);
  }
  log("info", "Starting Ponder", { schema, views_schema: config.viewsSchema, port: config.port });
  await runPonder(config, schema);
} catch (error) {
  const known = error instanceof ConfigError || error instanceof WrongChainError || error instanceof PortInUseError;
  log("error", (error as Error).message, { error: known ? (error as Error).name : (error as Error).stack });
  process.exit(1);
}

async function runPonder(config: Config, schema: string): Promise<void> {
  // Ponder writes into its working directory and reads the configuration again from there.
  process.env.DEPLOYMENTS_FILE = resolve(process.env.DEPLOYMENTS_FILE as string);
  process.chdir(root);
  process.env.PONDER_TELEMETRY_DISABLED = "1";
  // Ponder prefers these to its flags.
  for (const name of ["PORT", "DATABASE_PRIVATE_URL", "DATABASE_SCHEMA", "DATABASE_VIEWS_SCHEMA"])
    delete process.env[name];
  const flags = ["--root", root, "--log-format", "json", "--log-level", config.logLevel];
  const views = command === "start" ? ["--views-schema", config.viewsSchema] : [];
  const here = ["--schema", schema, ...views, "--port", String(config.port)];
  process.argv = [process.argv[0] as string, "ponder", command, ...flags, ...here];
  await import(new URL("bin/ponder.js", import.meta.resolve("ponder")).href);
}
