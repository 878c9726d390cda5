import { readFileSync } from "node:fs";
import { type Deployment, parseDeployment } from "@keystoneos/protocol";
import { type SecretKeyring, secretKeyring } from "@keystoneos/store";
import { z } from "zod";

/** Every variable that is wrong, each with what it should be. The process does not start. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

export interface Config {
  databaseUrl: string;
  databaseConnections: number;
  indexerSchema: string;
  deployment: Deployment;
  /** By chain id. */
  rpcUrls: ReadonlyMap<number, string>;
  host: string;
  port: number;
  oidc: { issuer: string; audience: string; jwksUrl: string };
  graphqlUrl: string;
  keyring: SecretKeyring;
  minTimeoutSeconds: number;
  maxLagSeconds: number;
  /** Webhooks may go to http and to loopback addresses. */
  webhookDevelopmentMode: boolean;
  logLevel: string;
}

const url = z.url({ protocol: /^https?$/, error: "must be an http or https URL" });
export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^[0-9]+$/, `must be an integer from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be an integer from ${min} to ${max}`);

/** What API and courier are both told. */
export const sharedVariables = {
  DATABASE_URL: z.string("is missing: the connection string of the platform database").min(1, "is empty"),
  INDEXER_SCHEMA: z
    .string()
    .regex(/^[a-z_][a-z0-9_]*$/, "must be a schema name")
    .default("indexer"),
  DEPLOYMENTS_FILE: z.string("is missing: the file that describes the deployment").min(1, "is empty"),
  SECRETS_KEY: z.string("is missing: 32 bytes of hex").regex(/^(0x)?[0-9a-fA-F]{64}$/, "must be 32 bytes of hex"),
  SECRETS_KEY_ID: z.string("is missing: the id of SECRETS_KEY").min(1, "is empty"),
  WEBHOOK_DEVELOPMENT_MODE: z
    .enum(["on", "off"], "must be on or off")
    .default("off")
    .transform((value) => value === "on"),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
};

const environmentSchema = z.object({
  ...sharedVariables,
  API_DATABASE_CONNECTIONS: integer(2, 1000).default(20),
  API_HOST: z.string().min(1, "is empty").default("127.0.0.1"),
  API_PORT: integer(0, 65_535).default(8000),
  OIDC_ISSUER: z.string("is missing: the `iss` of the tokens").min(1, "is empty"),
  OIDC_AUDIENCE: z.string().min(1, "is empty").default("https://api.keystoneos.xyz"),
  OIDC_JWKS_URL: url,
  GRAPHQL_URL: url.default("http://127.0.0.1:42069/graphql"),
  MIN_TIMEOUT_SECONDS: integer(1, 86_400).default(60),
  STATUS_MAX_LAG_SECONDS: integer(1, 86_400).default(60),
});

/** Reads the configuration of this process. Throws ConfigError, which names every variable at fault. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const values = readVariables(environmentSchema, env);
  const deployment = readDeployment(values.DEPLOYMENTS_FILE);
  return {
    databaseUrl: values.DATABASE_URL,
    databaseConnections: values.API_DATABASE_CONNECTIONS,
    indexerSchema: values.INDEXER_SCHEMA,
    deployment,
    rpcUrls: readRpcUrls(env, deployment),
    host: values.API_HOST,
    port: values.API_PORT,
    oidc: { issuer: values.OIDC_ISSUER, audience: values.OIDC_AUDIENCE, jwksUrl: values.OIDC_JWKS_URL },
    graphqlUrl: values.GRAPHQL_URL,
    keyring: secretKeyring(values.SECRETS_KEY_ID, values.SECRETS_KEY),
    minTimeoutSeconds: values.MIN_TIMEOUT_SECONDS,
    maxLagSeconds: values.STATUS_MAX_LAG_SECONDS,
    webhookDevelopmentMode: values.WEBHOOK_DEVELOPMENT_MODE,
    logLevel: values.LOG_LEVEL,
  };
}

/** What a process is told, checked. Throws ConfigError, which names every variable at fault. */
export function readVariables<T extends z.ZodType>(schema: T, env: Record<string, string | undefined>): z.output<T> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`).join("\n"));
}

export function readDeployment(file: string): Deployment {
  try {
    return parseDeployment(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`DEPLOYMENTS_FILE cannot be used: ${reason}`);
  }
}

function readRpcUrls(env: Record<string, string | undefined>, deployment: Deployment): Map<number, string> {
  const faults: string[] = [];
  const urls = new Map<number, string>();
  for (const { chainId, name } of deployment.chains) {
    const variable = `RPC_URL_${chainId}`;
    const parsed = url.safeParse(env[variable]);
    if (parsed.success) urls.set(chainId, parsed.data);
    else
      faults.push(`${variable} ${env[variable] === undefined ? "is missing" : "is wrong"}: a node's URL for ${name}`);
  }
  if (faults.length > 0) throw new ConfigError(faults.join("\n"));
  return urls;
}
