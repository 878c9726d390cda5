import { pino } from "pino";
import { runService } from "../process/service.ts";
import { readWorkerConfig } from "./config.ts";
import { workerRoutes } from "./server.ts";
import { MessageWorker } from "./worker.ts";

const ROUND_EVERY_MS = 250;

await runService("worker", readWorkerConfig, async (config) => {
  const worker = new MessageWorker(config, pino({ name: "worker" }));
  let stopped = false;
  const rounds = (async () => {
    while (!stopped) {
      await worker.round();
      await new Promise((resolve) => setTimeout(resolve, ROUND_EVERY_MS));
    }
  })();
  return {
    app: workerRoutes(worker),
    port: config.port,
    stop: async () => {
      stopped = true;
      await rounds;
    },
  };
});
