import pino, { type Logger } from "pino";

/** JSON lines on standard output. Whatever carries a token or a key is cut, should it ever get into a line. */
export function createLog(level: string, name = "api"): Logger {
  return pino({
    name,
    level,
    redact: {
      paths: ["authorization", "*.authorization", "*.*.authorization", "token", "*.token", "secret", "*.secret"],
      censor: "[cut]",
    },
    serializers: { err: errorFacts },
  });
}

/** Of an error its kind, text and place; never its other fields, which may hold a request, a query's values or a connection string. */
function errorFacts(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const cause = error.cause === undefined ? undefined : errorFacts(error.cause);
  return { name, message, stack, code, cause };
}
