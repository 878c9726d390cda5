import { type DestinationStream, type Logger, pino } from "pino";
import { BaseError } from "viem";

export type { Logger };

/** JSON lines. Redaction is the second line of defence: nothing secret is handed to the logger in the first place. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const names = ["authorization", "token", "secret", "privateKey", "key"];
  const options = {
    name: "sandbox",
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: names.flatMap((name) => [name, `*.${name}`]), censor: "[cut]" },
    serializers: { err: errorFacts },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Of an error its kind, text and place; never its other fields, which may hold a request or a node's address with its key. */
function errorFacts(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const cause = error.cause === undefined ? undefined : errorFacts(error.cause);
  if (error instanceof BaseError) return { name: error.name, message: shortMessage(error) };
  return { name: error.name, message: error.message, stack: error.stack, cause };
}

/** An error in one line, without the request that caused it. */
export function shortMessage(error: unknown): string {
  if (error instanceof BaseError) return error.shortMessage;
  return error instanceof Error ? error.message : String(error);
}
