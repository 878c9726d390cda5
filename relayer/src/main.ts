import { readConfig } from "./config.ts";
import { RelayerError } from "./errors.ts";
import { createLogger } from "./log.ts";
import { startRelayer } from "./relayer.ts";
import { openScreening } from "./screening/open.ts";

let log = createLogger("info");
try {
  const config = readConfig(process.env);
  log = createLogger(config.logLevel);
  const relayer = await startRelayer(config, await openScreening(config.screening, log), log);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log.info({ signal }, "stopping");
      void relayer.stop().then(() => process.exit(0));
    });
  }
} catch (error) {
  const { code, message } = error as RelayerError;
  log.fatal(error instanceof RelayerError ? { code } : { error }, message);
  process.exitCode = 1;
  process.exit();
}
