import { readFileSync } from "node:fs";
import { type Deployment, parseDeployment } from "@keystoneos/protocol";
import { type SecretKeyring, secretKeyring } from "@keystoneos/store";
import { z } from "zod";
import { type RpcConfig, readRpcConfig } from "./chains/rpc-config.ts";
import { ConfigError, KeyError } from "./errors.ts";
import { type DeepFinality, readDeepFinality } from "./facts/deep-finality.ts";
import { type KeySource, type KeySources, keySource } from "./keys/source.ts";
import { readSettings, type Settings } from "./pipeline/config.ts";
import type { Policy } from "./plan/policy.ts";
import { readScreening, type ScreeningConfig, screeningVariables } from "./screening/config.ts";

const MAX_GAS_KEYS = 16;

const seconds = (value: number) => z.coerce.number().positive().default(value);
const url = z.url({ protocol: /^(https?|wss?)$/, message: "must be an http or ws URL" });

const schema = z.object({
  DATABASE_URL: z.string().min(1),
  DEPLOYMENTS_FILE: z.string().min(1),
  INDEXER_SCHEMA: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a schema name")
    .default("indexer"),
  /** Where the keys are kept that pay gas, with commas between them. They attest nothing, and own nothing else. */
  RELAYER_KEYS: z.string(),
  /** Where the key is kept that signs attestations. It never sends a transaction. */
  ATTESTER_KEY: z.string(),
  /** Takes the MANUAL steps that KeyStone's operators ask for. Without it they wait for a relayer that has it. */
  OPERATOR_KEY: z.string().optional(),
  SECRETS_KEY: z.string().regex(/^(0x)?[0-9a-fA-F]{64}$/, "must be 32 bytes of hex"),
  SECRETS_KEY_ID: z.string().min(1).max(100),
  ...screeningVariables,
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  /** Address that /health and /ready listen on. */
  RELAYER_HOST: z.string().min(1).default("127.0.0.1"),
  RELAYER_PORT: z.coerce.number().int().min(0).max(65535).default(8002),
  RELAYER_TICK_MS: z.coerce.number().int().min(50).max(60_000).default(250),
  /** The intervals suit the local world's one-second blocks; on public networks a message takes minutes, see docs/operations.md. */
  MESSAGE_RETRY_SECONDS: seconds(8),
  MESSAGE_RESEND_SECONDS: seconds(20),
  REPEAT_SECONDS: seconds(30),
  ATTESTATION_MARGIN_SECONDS: seconds(3600),
  /** The collector of traces; without it nothing is traced. */
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  PROVIDER_TIMEOUT_SECONDS: seconds(10),
  /** For one question to the nodes of a chain, over all attempts. */
  RPC_TIMEOUT_SECONDS: seconds(10),
  /** Settlements above a value wait for more confirmations; JSON, see docs/operations.md. */
  DEEP_FINALITY: z.string().optional(),
  /** Logs what it would do, and does none of it. */
  RELAYER_DRY_RUN: z.enum(["on", "off"]).default("off"),
});

export interface Config {
  databaseUrl: string;
  indexerSchema: string;
  deployment: Deployment;
  /** By chain id. */
  rpc: ReadonlyMap<number, RpcConfig>;
  keys: KeySources;
  keyring: SecretKeyring;
  screening: ScreeningConfig;
  logLevel: string;
  host: string;
  port: number;
  tickMs: number;
  pipeline: Settings;
  deepFinality: readonly DeepFinality[];
  dryRun: boolean;
  policy: Omit<Policy, "opensAtOnce">;
  tracesUrl: string | undefined;
}

/** Reads the environment. Throws ConfigError naming the first variable at fault; values of keys are never in the message. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = schema.safeParse(present);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const variable = String(issue?.path[0] ?? "environment");
    throw new ConfigError(variable, present[variable] === undefined ? "is missing" : (issue?.message ?? "is invalid"));
  }
  const vars = parsed.data;
  const deployment = readDeployment(vars.DEPLOYMENTS_FILE);
  const timeoutMs = vars.RPC_TIMEOUT_SECONDS * 1000;
  return {
    databaseUrl: vars.DATABASE_URL,
    indexerSchema: vars.INDEXER_SCHEMA,
    deployment,
    rpc: new Map(deployment.chains.map(({ chainId }) => [chainId, readRpcConfig(present, chainId, timeoutMs)])),
    keys: {
      gas: gasKeys(vars.RELAYER_KEYS, present),
      attester: oneKey("ATTESTER_KEY", vars.ATTESTER_KEY, present),
      operator: vars.OPERATOR_KEY === undefined ? null : oneKey("OPERATOR_KEY", vars.OPERATOR_KEY, present),
    },
    keyring: secretKeyring(vars.SECRETS_KEY_ID, vars.SECRETS_KEY),
    screening: readScreening(vars, deployment.templates),
    logLevel: vars.LOG_LEVEL,
    host: vars.RELAYER_HOST,
    port: vars.RELAYER_PORT,
    tickMs: vars.RELAYER_TICK_MS,
    pipeline: readSettings(
      present,
      deployment.chains.map(({ chainId }) => chainId),
    ),
    deepFinality: readDeepFinality(vars.DEEP_FINALITY, deployment),
    dryRun: vars.RELAYER_DRY_RUN === "on",
    tracesUrl: vars.OTEL_EXPORTER_OTLP_ENDPOINT,
    policy: {
      messageRetrySeconds: vars.MESSAGE_RETRY_SECONDS,
      messageResendSeconds: vars.MESSAGE_RESEND_SECONDS,
      repeatSeconds: vars.REPEAT_SECONDS,
      attestationMarginSeconds: vars.ATTESTATION_MARGIN_SECONDS,
      providerTimeoutSeconds: vars.PROVIDER_TIMEOUT_SECONDS,
    },
  };
}

function readDeployment(file: string): Deployment {
  try {
    return parseDeployment(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new ConfigError("DEPLOYMENTS_FILE", error instanceof Error ? error.message : String(error));
  }
}

function gasKeys(value: string, env: Record<string, string | undefined>): KeySource[] {
  const entries = value.split(",");
  if (entries.length > MAX_GAS_KEYS) throw new ConfigError("RELAYER_KEYS", `must name at most ${MAX_GAS_KEYS} keys`);
  return entries.map((entry, index) =>
    oneKey("RELAYER_KEYS", entry, env, entries.length === 1 ? "" : `entry ${index + 1}: `),
  );
}

function oneKey(variable: string, value: string, env: Record<string, string | undefined>, entry = ""): KeySource {
  try {
    return keySource(value, env);
  } catch (error) {
    throw error instanceof KeyError ? new ConfigError(variable, entry + error.message) : error;
  }
}
