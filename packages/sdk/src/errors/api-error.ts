import type { ErrorCode } from "../generated/types.ts";
import { KeystoneError } from "./keystone-error.ts";

/** One thing that is wrong with a request. */
export interface FieldError {
  /** Starts with body, query, path or header; names as the API has them. */
  loc: (string | number)[];
  msg: string;
  type: string;
}

export interface ApiErrorFields {
  status: number;
  message: string;
  detail: unknown;
  code?: string | undefined;
  context?: Record<string, unknown> | undefined;
  body?: unknown;
  headers: Headers;
  idempotencyKey?: string | undefined;
  docsUrl?: string | undefined;
  cause?: unknown;
}

/** An answer that is an error, or none at all. */
export class ApiError extends KeystoneError {
  override readonly name: string = "ApiError";
  /** Of the answer; 0 when there was none. */
  readonly status: number;
  /** Of the API's catalogue; newer ones may come. */
  readonly code?: ErrorCode | (string & {});
  /** The API's words: a text, or a list of what is wrong. */
  readonly detail: unknown;
  readonly context?: Record<string, unknown>;
  /** The answer: parsed where it is JSON, else its text. */
  readonly body: unknown;
  readonly headers: Headers;
  /** Tell it to support. */
  readonly requestId?: string;
  /** What all attempts of the call were known by: to call again with it does nothing twice. */
  readonly idempotencyKey?: string;

  constructor(fields: ApiErrorFields) {
    super(fields.message, {
      ...("cause" in fields && { cause: fields.cause }),
      docsUrl: fields.docsUrl,
    });
    this.status = fields.status;
    this.detail = fields.detail;
    this.body = fields.body;
    this.headers = fields.headers;
    const requestId = fields.headers.get("x-request-id");
    if (fields.code !== undefined) this.code = fields.code;
    if (fields.context !== undefined) this.context = fields.context;
    if (requestId !== null) this.requestId = requestId;
    if (fields.idempotencyKey !== undefined) this.idempotencyKey = fields.idempotencyKey;
  }
}

export class BadRequestError extends ApiError {
  override readonly name = "BadRequestError";
}

/** 401, or the issuer gave no token. */
export class AuthenticationError extends ApiError {
  override readonly name = "AuthenticationError";
}

export class ForbiddenError extends ApiError {
  override readonly name = "ForbiddenError";
}

export class NotFoundError extends ApiError {
  override readonly name = "NotFoundError";
}

export class ConflictError extends ApiError {
  override readonly name: string = "ConflictError";
}

/** The key was used before, for another request. */
export class IdempotencyKeyReusedError extends ConflictError {
  override readonly name = "IdempotencyKeyReusedError";

  /** What the key made then. */
  get existingId(): string {
    return String(this.context?.existing_id);
  }
}

export class ValidationError extends ApiError {
  override readonly name = "ValidationError";

  /** Empty where a rule of the business was broken; then `code` names it. */
  get errors(): FieldError[] {
    return Array.isArray(this.detail) ? this.detail : [];
  }
}

interface Spent {
  attempts: number;
  retryAfter?: number | undefined;
}

/** What is tried again, when it was tried often enough. */
export class RetryExhaustedError extends ApiError {
  override readonly name: string = "RetryExhaustedError";
  /** How often it was tried in all. */
  readonly attempts: number;
  /** Of the last answer; undefined when there was none. */
  readonly lastStatus?: number;

  constructor(fields: ApiErrorFields, { attempts }: Spent) {
    super(fields);
    this.attempts = attempts;
    if (fields.status !== 0) this.lastStatus = fields.status;
  }
}

class PatientError extends RetryExhaustedError {
  /** Seconds that the server asks to wait. */
  readonly retryAfter?: number;

  constructor(fields: ApiErrorFields, spent: Spent) {
    super(fields, spent);
    if (spent.retryAfter !== undefined) this.retryAfter = spent.retryAfter;
  }
}

export class RateLimitError extends PatientError {
  override readonly name = "RateLimitError";
}

/** Any 5xx. */
export class ServerError extends PatientError {
  override readonly name = "ServerError";
}

/** No answer came. What was asked for may have been done. */
export class ApiConnectionError extends RetryExhaustedError {
  override readonly name: string = "ApiConnectionError";
}

export class ApiTimeoutError extends ApiConnectionError {
  override readonly name = "ApiTimeoutError";
}
