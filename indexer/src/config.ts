import { readFileSync } from "node:fs";
import { type Deployment, parseDeployment } from "@keystoneos/protocol";
import { z } from "zod";

/** What the indexer was told by its environment. */
export interface Config {
  databaseUrl: string;
  deployment: Deployment;
  /** JSON-RPC address per chain id of the deployment. */
  rpcUrls: ReadonlyMap<number, string>;
  /** Schema that the read contract's views are published in. */
  viewsSchema: string;
  /** Schema of the tables; undefined: derived from everything that shapes them. */
  tablesSchema: string | undefined;
  port: number;
  pollingIntervalMs: number;
  /** Keep fetched blocks and logs in the database, so that a rebuild need not fetch them again. */
  rpcCache: boolean;
  logLevel: string;
}

/** Thrown when the environment does not say what is needed; the message names every variable at fault. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

const schemaName = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,44}$/, "must be a lower-case SQL name of at most 45 characters");
const url = (protocols: RegExp, message: string) =>
  z.string("is required").refine((value) => URL.canParse(value) && protocols.test(new URL(value).protocol), message);

const environment = z.object({
  DATABASE_URL: url(/^postgres(ql)?:$/, "must be a postgres:// URL"),
  DEPLOYMENTS_FILE: z.string("is required").min(1, "is required"),
  INDEXER_SCHEMA: schemaName.default("indexer"),
  DATABASE_SCHEMA: schemaName.optional(),
  INDEXER_PORT: z.coerce
    .number("must be a port")
    .int()
    .min(1, "must be a port")
    .max(65535, "must be a port")
    .default(42069),
  INDEXER_POLLING_INTERVAL_MS: z.coerce
    .number("must be at least 100")
    .int()
    .min(100, "must be at least 100")
    .default(250),
  INDEXER_RPC_CACHE: z.enum(["on", "off"], "must be on or off").default("off"),
  INDEXER_LOG_LEVEL: z.enum(["error", "warn", "info", "debug", "trace"], "must be a log level").default("info"),
});

/**
 * Reads and checks the environment and the deployment file it names.
 *
 * @throws ConfigError naming every variable that is missing or malformed.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = environment.safeParse(given);
  if (!parsed.success) throw new ConfigError(describe(parsed.error));
  const deployment = readDeployment(parsed.data.DEPLOYMENTS_FILE);
  const rpc = z
    .object(
      Object.fromEntries(
        deployment.chains.map(({ chainId }) => [`RPC_URL_${chainId}`, url(/^https?:$/, "must be an http(s):// URL")]),
      ),
    )
    .safeParse(given);
  if (!rpc.success) throw new ConfigError(describe(rpc.error));
  return {
    databaseUrl: parsed.data.DATABASE_URL,
    deployment,
    rpcUrls: new Map(deployment.chains.map(({ chainId }) => [chainId, rpc.data[`RPC_URL_${chainId}`] as string])),
    viewsSchema: parsed.data.INDEXER_SCHEMA,
    tablesSchema: parsed.data.DATABASE_SCHEMA,
    port: parsed.data.INDEXER_PORT,
    pollingIntervalMs: parsed.data.INDEXER_POLLING_INTERVAL_MS,
    rpcCache: parsed.data.INDEXER_RPC_CACHE === "on",
    logLevel: parsed.data.INDEXER_LOG_LEVEL,
  };
}

function readDeployment(path: string): Deployment {
  try {
    return parseDeployment(readFileSync(path, "utf8"));
  } catch (error) {
    throw new ConfigError(`DEPLOYMENTS_FILE: ${path} holds no deployment: ${(error as Error).message}`);
  }
}

function describe(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}
