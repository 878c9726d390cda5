import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Deployment, parseDeployment } from "@keystoneos/protocol";
import { type SecretKeyring, secretKeyring } from "@keystoneos/store";
import { z } from "zod";
import { type Block, parseBlock } from "./addresses.ts";
import { publicJwk, readAcceptedKey, readSigningKey, type SessionKeys } from "./auth/session-keys.ts";
import type { RateLimits } from "./context.ts";
import type { DirectoryOptions } from "./directory/auth0/adapter.ts";

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
  /** Where metrics are served, for operators alone; undefined for not at all. */
  metrics: { host: string; port: number } | undefined;
  /** Where callers reach this API, without a slash at its end. */
  origin: string;
  oidc: { issuer: string; audience: string; jwksUrl: string };
  directory: DirectoryOptions;
  sessionKeys: SessionKeys;
  graphqlUrl: string;
  graphqlIntrospection: boolean;
  rateLimits: RateLimits;
  dashboardOrigins: readonly string[];
  trustedProxies: readonly Block[];
  keyring: SecretKeyring;
  minTimeoutSeconds: number;
  maxLagSeconds: number;
  /** Webhooks may go to http and to loopback addresses. */
  webhookDevelopmentMode: boolean;
  /** The collector of traces; undefined for none. */
  tracesUrl: string | undefined;
  logLevel: string;
}

const url = z.url({ protocol: /^https?$/, error: "must be an http or https URL" });
const origin = url.regex(/^https?:\/\/[^/]+$/, "must be an origin, without a path");
/** What is sent there, a secret included, is only for its own eyes. */
const directoryUrl = url
  .regex(/\/$/, "must end with a slash")
  .regex(/^(https:|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/])/, "must be https where it is not on this machine");
export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^[0-9]+$/, `must be an integer from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be an integer from ${min} to ${max}`);

/** Where traces go; nowhere when it is empty. */
const collector = z.union([z.literal("").transform(() => undefined), url]).optional();

const onOrOff = z
  .enum(["on", "off"], "must be on or off")
  .default("off")
  .transform((value) => value === "on");

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
  WEBHOOK_DEVELOPMENT_MODE: onOrOff,
  OTEL_EXPORTER_OTLP_ENDPOINT: collector,
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
};

const environmentSchema = z.object({
  ...sharedVariables,
  // Four writes at the directory may go on at once, and each holds two.
  API_DATABASE_CONNECTIONS: integer(8, 1000).default(20),
  API_HOST: z.string().min(1, "is empty").default("127.0.0.1"),
  API_PORT: integer(0, 65_535).default(8000),
  API_METRICS_HOST: z.string().min(1, "is empty").default("127.0.0.1"),
  API_METRICS_PORT: z.union([z.literal("").transform(() => undefined), integer(0, 65_535)]).optional(),
  API_ORIGIN: origin.default("http://localhost:8000"),
  SESSION_KEY_FILE: z
    .string("is missing: the PEM file of the key of session tokens")
    .min(1, "is empty")
    .transform(readKey),
  SESSION_ACCEPTED_KEY_FILES: z.string().default("").transform(readKeys),
  OIDC_ISSUER: z.string("is missing: the `iss` of the tokens").min(1, "is empty"),
  OIDC_AUDIENCE: z.string().min(1, "is empty").default("https://api.keystoneos.xyz"),
  OIDC_JWKS_URL: url,
  DIRECTORY_URL: directoryUrl,
  DIRECTORY_CLIENT_ID: z.string("is missing: this API's own client at the directory").min(1, "is empty"),
  DIRECTORY_CLIENT_SECRET: z.string("is missing: the secret of DIRECTORY_CLIENT_ID").min(1, "is empty"),
  DIRECTORY_LOGIN_CLIENT_ID: z.string("is missing: the client that invitations lead to").min(1, "is empty"),
  DIRECTORY_CONNECTION_ID: z.string().default(""),
  RATE_LIMIT_PER_MINUTE: integer(1, 60_000).default(600),
  RATE_LIMIT_ANONYMOUS_PER_MINUTE: integer(1, 60_000).default(60),
  DASHBOARD_ORIGINS: z.string().default("").transform(readOrigins),
  TRUSTED_PROXIES: z.string().default("").transform(readBlocks),
  GRAPHQL_INTROSPECTION: onOrOff,
  GRAPHQL_URL: url.default("http://127.0.0.1:42069/graphql"),
  MIN_TIMEOUT_SECONDS: integer(1, 86_400).default(60),
  STATUS_MAX_LAG_SECONDS: integer(1, 86_400).default(60),
});

function listed(list: string): string[] {
  return list.split(",").flatMap((part) => (part.trim() === "" ? [] : [part.trim()]));
}

/** A list of origins with commas between them. */
function readOrigins(list: string, ctx: z.RefinementCtx): string[] {
  const parts = listed(list);
  const wrong = parts.find((part) => !origin.safeParse(part).success);
  if (wrong !== undefined)
    ctx.addIssue({ code: "custom", message: `has ${JSON.stringify(wrong)}, which is no origin` });
  return parts;
}

/** A list of blocks with commas between them. */
function readBlocks(list: string, ctx: z.RefinementCtx): Block[] {
  return listed(list).flatMap((part) => {
    try {
      return [parseBlock(part)];
    } catch (error) {
      ctx.addIssue({ code: "custom", message: `has ${JSON.stringify(part)}. ${(error as Error).message}` });
      return [];
    }
  });
}

/** The file of the key that signs. */
function readKey(file: string, ctx: z.RefinementCtx): KeyObject {
  try {
    return readSigningKey(file);
  } catch (error) {
    ctx.addIssue({ code: "custom", message: `cannot be used: it ${(error as Error).message}` });
    return z.NEVER;
  }
}

/** A list of files of keys with commas between them. */
function readKeys(list: string, ctx: z.RefinementCtx): KeyObject[] {
  const seen = new Set<string>();
  return listed(list).flatMap((file) => {
    const refuse = (why: string) => {
      ctx.addIssue({ code: "custom", message: `cannot be used: ${JSON.stringify(file)} ${why}` });
      return [];
    };
    try {
      const key = readAcceptedKey(file);
      const { kid } = publicJwk(key);
      if (seen.has(kid)) return refuse("has a key that is listed before; list each once");
      seen.add(kid);
      return [key];
    } catch (error) {
      return refuse((error as Error).message);
    }
  });
}

/** Reads the configuration of this process. Throws ConfigError, which names every variable at fault. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const values = readVariables(environmentSchema, env);
  if (values.API_ORIGIN === values.OIDC_ISSUER) {
    throw new ConfigError(
      "API_ORIGIN must differ from OIDC_ISSUER: both sign tokens, and by their name they are told apart",
    );
  }
  const sessionKeys = { signing: values.SESSION_KEY_FILE, accepted: values.SESSION_ACCEPTED_KEY_FILES };
  checkDifferent(sessionKeys);
  const deployment = readDeployment(values.DEPLOYMENTS_FILE);
  return {
    databaseUrl: values.DATABASE_URL,
    databaseConnections: values.API_DATABASE_CONNECTIONS,
    indexerSchema: values.INDEXER_SCHEMA,
    deployment,
    rpcUrls: readRpcUrls(env, deployment),
    host: values.API_HOST,
    port: values.API_PORT,
    metrics:
      values.API_METRICS_PORT === undefined
        ? undefined
        : { host: values.API_METRICS_HOST, port: values.API_METRICS_PORT },
    origin: values.API_ORIGIN,
    oidc: { issuer: values.OIDC_ISSUER, audience: values.OIDC_AUDIENCE, jwksUrl: values.OIDC_JWKS_URL },
    directory: {
      url: values.DIRECTORY_URL,
      clientId: values.DIRECTORY_CLIENT_ID,
      clientSecret: values.DIRECTORY_CLIENT_SECRET,
      loginClientId: values.DIRECTORY_LOGIN_CLIENT_ID,
      connectionId: values.DIRECTORY_CONNECTION_ID === "" ? undefined : values.DIRECTORY_CONNECTION_ID,
    },
    sessionKeys,
    graphqlUrl: values.GRAPHQL_URL,
    graphqlIntrospection: values.GRAPHQL_INTROSPECTION,
    rateLimits: {
      perMinute: values.RATE_LIMIT_PER_MINUTE,
      anonymousPerMinute: values.RATE_LIMIT_ANONYMOUS_PER_MINUTE,
    },
    dashboardOrigins: values.DASHBOARD_ORIGINS,
    trustedProxies: values.TRUSTED_PROXIES,
    keyring: secretKeyring(values.SECRETS_KEY_ID, values.SECRETS_KEY),
    minTimeoutSeconds: values.MIN_TIMEOUT_SECONDS,
    maxLagSeconds: values.STATUS_MAX_LAG_SECONDS,
    webhookDevelopmentMode: values.WEBHOOK_DEVELOPMENT_MODE,
    tracesUrl: values.OTEL_EXPORTER_OTLP_ENDPOINT,
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

function checkDifferent({ signing, accepted }: SessionKeys): void {
  const { kid } = publicJwk(signing);
  if (accepted.every((key) => publicJwk(key).kid !== kid)) return;
  throw new ConfigError("SESSION_ACCEPTED_KEY_FILES has the key of SESSION_KEY_FILE; list only the other ones");
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
