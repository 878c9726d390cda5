import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

/** JSON lines. Redaction is the second line of defence: nothing secret is handed to the logger in the first place. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    name: "relayer",
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        "secret",
        "*.secret",
        "key",
        "*.key",
        "privateKey",
        "*.privateKey",
        "raw",
        "*.raw",
        "databaseUrl",
        "*.databaseUrl",
      ],
      censor: "[redacted]",
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
