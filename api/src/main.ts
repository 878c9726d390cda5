import { compileTemplate } from "@keystoneos/protocol";
import { connect } from "@keystoneos/store";
import { serveMetrics, startTracing } from "@keystoneos/telemetry";
import { createSessionTokens } from "./auth/session-tokens.ts";
import { createTokenVerifier } from "./auth/verify-token.ts";
import { createChainReaders } from "./chain/readers.ts";
import { ConfigError, readConfig } from "./config.ts";
import type { Dependencies } from "./context.ts";
import { createWebhookSender } from "./delivery/send.ts";
import { createDirectory } from "./directory/auth0/adapter.ts";
import { createLog } from "./log.ts";
import { createApiMetrics } from "./metrics.ts";
import { startServer } from "./server.ts";
import { createStreams } from "./services/streams/streams.ts";
import { startSweep } from "./sweep.ts";

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const tracing = startTracing("api", config.tracesUrl);
  const onError = (error: Error) => log.warn({ err: error }, "database");
  const db = connect({
    databaseUrl: config.databaseUrl,
    indexerSchema: config.indexerSchema,
    maxConnections: config.databaseConnections,
    onError,
  });
  // A template that contradicts itself must not make a settlement.
  const templates = await db.selectFrom("keystone.template").selectAll().where("is_active", "=", true).execute();
  for (const template of templates) compileTemplate(template.config);
  const streams = createStreams({ db, deployment: config.deployment, log });
  const { registry, observe } = createApiMetrics({ db, streams });
  const deps: Dependencies = {
    db,
    deployment: config.deployment,
    keyring: config.keyring,
    chains: createChainReaders(config.deployment, config.rpcUrls),
    directory: createDirectory(config.directory),
    tokens: createTokenVerifier(config.oidc),
    sessions: createSessionTokens({
      origin: config.origin,
      audience: config.oidc.audience,
      keys: config.sessionKeys,
    }),
    streams,
    observe,
    webhooks: createWebhookSender({ developmentMode: config.webhookDevelopmentMode }),
    log,
    settings: {
      minTimeoutSeconds: config.minTimeoutSeconds,
      graphqlUrl: config.graphqlUrl,
      graphqlIntrospection: config.graphqlIntrospection,
      rateLimits: config.rateLimits,
      dashboardOrigins: config.dashboardOrigins,
      trustedProxies: config.trustedProxies,
      maxLagSeconds: config.maxLagSeconds,
    },
  };
  const server = await startServer(deps, config.host, config.port);
  const metrics = config.metrics && (await serveMetrics(config.metrics, registry));
  const sweep = startSweep(deps);
  const where = { host: config.host, port: server.port, metrics_port: metrics?.port };
  log.info({ ...where, templates: templates.length }, "serving");

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "stopping");
    // Streams never end by themselves; everything else does when it is done.
    await Promise.all([server.close(), streams.stop()]);
    await sweep.stop();
    await metrics?.close();
    await tracing.stop();
    await db.destroy();
    log.info("stopped");
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop(signal));
}

try {
  await main();
} catch (error) {
  if (error instanceof ConfigError) console.error(error.message);
  else console.error(error);
  process.exit(1);
}
