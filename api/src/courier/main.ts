import { connect } from "@keystoneos/store";
import { startTracing } from "@keystoneos/telemetry";
import { ConfigError } from "../config.ts";
import { createWebhookSender } from "../delivery/send.ts";
import { createLog } from "../log.ts";
import { createCourierMetrics } from "../metrics.ts";
import { readCourierConfig } from "./config.ts";
import { startCourier } from "./courier.ts";
import { serveHealth } from "./health.ts";

async function main(): Promise<void> {
  const config = readCourierConfig(process.env);
  const log = createLog(config.logLevel, "courier");
  const tracing = startTracing("courier", config.tracesUrl);
  const db = connect({
    databaseUrl: config.databaseUrl,
    indexerSchema: config.indexerSchema,
    maxConnections: 20,
    onError: (error) => log.warn({ err: error }, "database"),
  });
  const sender = createWebhookSender({ developmentMode: config.webhookDevelopmentMode });
  const { registry, onOutcome } = createCourierMetrics(db);
  const courier = startCourier({ ...config, db, sender, log, onOutcome });
  const health = await serveHealth(config, { db, courier, registry });
  log.info({ host: config.host, port: health.port, finality: config.level }, "delivering");

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "stopping");
    await courier.stop();
    await health.close();
    await tracing.stop();
    await db.destroy();
    log.info("stopped");
    process.exit(0);
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
