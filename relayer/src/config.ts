import { readFileSync } from "node:fs";
import { type Deployment, parseDeployment } from "@keystoneos/protocol";
import { type SecretKeyring, secretKeyring } from "@keystoneos/store";
import type { Address, Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { z } from "zod";
import { ConfigError } from "./errors.ts";
import { type DeepFinality, readDeepFinality } from "./facts/deep-finality.ts";
import { readSettings, type Settings } from "./pipeline/config.ts";
import type { Policy } from "./plan/policy.ts";

const privateKey = z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-fA-F]{64}$/.test(value), {
  message: "must be a private key: 0x and 64 hex digits",
});
const seconds = (value: number) => z.coerce.number().positive().default(value);
const url = z.url({ protocol: /^(https?|wss?)$/, message: "must be an http or ws URL" });

const schema = z.object({
  DATABASE_URL: z.string().min(1),
  DEPLOYMENTS_FILE: z.string().min(1),
  INDEXER_SCHEMA: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a schema name")
    .default("indexer"),
  /** Pays gas. Attests nothing, owns nothing else. */
  RELAYER_PRIVATE_KEY: privateKey,
  /** Signs attestations. Never sends a transaction. */
  ATTESTER_PRIVATE_KEY: privateKey,
  /** Takes the MANUAL steps that KeyStone's operators ask for. Without it they wait for a relayer that has it. */
  OPERATOR_PRIVATE_KEY: privateKey.optional(),
  SECRETS_KEY: z.string().regex(/^(0x)?[0-9a-fA-F]{64}$/, "must be 32 bytes of hex"),
  SECRETS_KEY_ID: z.string().min(1).max(100),
  /** No default: a deployment that forgot it would screen against nobody. */
  SANCTIONS_LIST_DIR: z.string().min(1),
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
  rpcUrls: ReadonlyMap<number, string>;
  relayerKey: Hex;
  attesterKey: Hex;
  /** Null where this relayer takes no MANUAL steps. */
  operatorKey: Hex | null;
  keyring: SecretKeyring;
  sanctionsListDir: string;
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
  checkKeys(deployment, vars.RELAYER_PRIVATE_KEY, vars.ATTESTER_PRIVATE_KEY, vars.OPERATOR_PRIVATE_KEY);
  return {
    databaseUrl: vars.DATABASE_URL,
    indexerSchema: vars.INDEXER_SCHEMA,
    deployment,
    rpcUrls: new Map(deployment.chains.map(({ chainId }) => [chainId, rpcUrl(present, chainId)])),
    relayerKey: vars.RELAYER_PRIVATE_KEY,
    attesterKey: vars.ATTESTER_PRIVATE_KEY,
    operatorKey: vars.OPERATOR_PRIVATE_KEY ?? null,
    keyring: secretKeyring(vars.SECRETS_KEY_ID, vars.SECRETS_KEY),
    sanctionsListDir: vars.SANCTIONS_LIST_DIR,
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

function rpcUrl(env: Record<string, string | undefined>, chainId: number): string {
  const variable = `RPC_URL_${chainId}`;
  const value = env[variable];
  if (value === undefined) throw new ConfigError(variable, "is missing");
  const parsed = url.safeParse(value);
  if (!parsed.success) throw new ConfigError(variable, parsed.error.issues[0]?.message ?? "is invalid");
  return parsed.data;
}

/** One key, one power: who pays gas does not attest, and neither takes an operator's steps. */
function checkKeys(deployment: Deployment, relayerKey: Hex, attesterKey: Hex, operatorKey: Hex | undefined): void {
  const relayer = privateKeyToAccount(relayerKey).address;
  const attester = privateKeyToAccount(attesterKey).address;
  const same = (a: Address, b: Address) => a.toLowerCase() === b.toLowerCase();
  if (same(relayer, attester)) throw new ConfigError("ATTESTER_PRIVATE_KEY", "must not be the relayer's gas key");
  const { operator } = deployment.templates;
  if (same(operator, relayer)) throw new ConfigError("RELAYER_PRIVATE_KEY", "must not be the templates' operator");
  if (same(operator, attester)) throw new ConfigError("ATTESTER_PRIVATE_KEY", "must not be the templates' operator");
  if (operatorKey !== undefined && !same(operator, privateKeyToAccount(operatorKey).address)) {
    throw new ConfigError("OPERATOR_PRIVATE_KEY", "must be the key of the templates' operator");
  }
}
