import type { Deployment } from "@keystoneos/protocol";
import { type SecretKeyring, secretKeyring } from "@keystoneos/store";
import { z } from "zod";
import { integer, readDeployment, readVariables, sharedVariables } from "../config.ts";
import type { Level } from "../services/events/read-logs.ts";

export interface CourierConfig {
  databaseUrl: string;
  indexerSchema: string;
  deployment: Deployment;
  keyring: SecretKeyring;
  /** How final a fact is before anybody is told of it. */
  level: Level;
  tickMs: number;
  host: string;
  port: number;
  webhookDevelopmentMode: boolean;
  tracesUrl: string | undefined;
  logLevel: string;
}

const variables = z.object({
  ...sharedVariables,
  EVENT_FINALITY: z.enum(["safe", "finalized"], "must be safe or finalized").default("safe"),
  COURIER_TICK_MS: integer(10, 60_000).default(250),
  COURIER_HOST: z.string().min(1, "is empty").default("127.0.0.1"),
  COURIER_PORT: integer(0, 65_535).default(8004),
});

/** Reads the configuration of the courier. Throws ConfigError, which names every variable at fault. */
export function readCourierConfig(env: Record<string, string | undefined>): CourierConfig {
  const values = readVariables(variables, env);
  return {
    databaseUrl: values.DATABASE_URL,
    indexerSchema: values.INDEXER_SCHEMA,
    deployment: readDeployment(values.DEPLOYMENTS_FILE),
    keyring: secretKeyring(values.SECRETS_KEY_ID, values.SECRETS_KEY),
    level: values.EVENT_FINALITY,
    tickMs: values.COURIER_TICK_MS,
    host: values.COURIER_HOST,
    port: values.COURIER_PORT,
    webhookDevelopmentMode: values.WEBHOOK_DEVELOPMENT_MODE,
    tracesUrl: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    logLevel: values.LOG_LEVEL,
  };
}
