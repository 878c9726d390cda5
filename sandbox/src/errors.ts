import type { ContentfulStatusCode } from "hono/utils/http-status";

/** Every variable that is wrong, each with what it should be. The process does not start. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Where a fault is: `["body", "quantity"]`; starts with body, path or header. */
export type Location = readonly (string | number)[];

interface Options {
  /** The field at fault, shown as `context.loc`. */
  loc?: Location;
  context?: Record<string, unknown>;
  headers?: Record<string, string>;
  cause?: unknown;
}

/** What a caller gets to see: a status, a code and a sentence that says what to do. In the form of the platform API's errors. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly context: Record<string, unknown> | undefined;
  readonly headers: Record<string, string>;

  constructor(status: ContentfulStatusCode, code: string, detail: string, options: Options = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.code = code;
    const context = { ...options.context, ...(options.loc === undefined ? undefined : { loc: options.loc }) };
    this.context = Object.keys(context).length === 0 ? undefined : context;
    this.headers = options.headers ?? {};
  }
}

/** 503 for a part this process needs and cannot use now. */
export function unavailable(what: string, cause?: unknown): SandboxError {
  return new SandboxError(503, "service_unavailable", `${what} does not answer; try again`, {
    headers: { "Retry-After": "2" },
    cause,
  });
}
