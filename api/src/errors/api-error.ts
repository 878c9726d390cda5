import { ERROR_STATUS, type ErrorCode } from "./catalogue.ts";

/** Where a fault is: `["body", "legs", 0, "quantity"]`; starts with body, query, path or header. */
export type Location = readonly (string | number)[];

export interface ApiErrorOptions {
  /** The field at fault, shown as `context.loc`. */
  loc?: Location | undefined;
  /** Further values that the error catalogue promises for the code. */
  context?: Record<string, unknown> | undefined;
  headers?: Record<string, string> | undefined;
  cause?: unknown;
}

/** The one error of this process that a caller gets to see: a code of the catalogue and a sentence that says what to do. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ErrorCode;
  readonly context: Record<string, unknown> | undefined;
  readonly headers: Record<string, string>;

  constructor(code: ErrorCode, detail: string, options: ApiErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    const context = { ...options.context, ...(options.loc === undefined ? undefined : { loc: options.loc }) };
    this.context = Object.keys(context).length === 0 ? undefined : context;
    this.headers = options.headers ?? {};
  }

  get status() {
    return ERROR_STATUS[this.code];
  }
}

/** 404 for what is unknown and for what belongs to another tenant: one text, so that nothing tells them apart. */
export function notFound(object: string): ApiError {
  return new ApiError("not_found", `${object} not found`);
}

/** 503 for a part this process needs and cannot reach. */
export function unavailable(what: string, cause?: unknown): ApiError {
  return new ApiError("service_unavailable", `${what} does not answer; try again`, {
    headers: { "Retry-After": "2" },
    cause,
  });
}
