import { readRetryAfter } from "../core/backoff.ts";
import {
  ApiError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  type FieldError,
  ForbiddenError,
  IdempotencyKeyReusedError,
  NotFoundError,
  RateLimitError,
  ServerError,
  ValidationError,
} from "./api-error.ts";

/** What is known of a call whose answer is an error. */
export interface Refused {
  status: number;
  headers: Headers;
  text: string;
  attempts: number;
  idempotencyKey?: string | undefined;
  docsUrl?: string | undefined;
}

/** The error that an answer is. */
export function errorFrom(refused: Refused): ApiError {
  const { status, headers, text, attempts } = refused;
  const body = parsed(text);
  const problem = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const detail = problem.detail ?? (text.trim().slice(0, 500) || `The API answered ${status}`);
  const code = typeof problem.code === "string" ? problem.code : undefined;
  const context =
    typeof problem.context === "object" && problem.context !== null
      ? (problem.context as Record<string, unknown>)
      : undefined;
  const { idempotencyKey, docsUrl } = refused;
  const fields = { status, headers, body, detail, code, context, idempotencyKey, docsUrl, message: messageOf(detail) };
  if (status === 409 && code === "idempotency_key_reused") return new IdempotencyKeyReusedError(fields);
  if (status === 429 || status >= 500) {
    const spent = { attempts, retryAfter: readRetryAfter(headers.get("retry-after")) };
    return status === 429 ? new RateLimitError(fields, spent) : new ServerError(fields, spent);
  }
  return new (CLASSES[status] ?? ApiError)(fields);
}

const CLASSES: Readonly<Record<number, typeof ApiError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: ForbiddenError,
  404: NotFoundError,
  409: ConflictError,
  422: ValidationError,
};

function messageOf(detail: unknown): string {
  if (!Array.isArray(detail) || detail.length === 0)
    return typeof detail === "string" ? detail : JSON.stringify(detail);
  const [first, ...more] = detail as FieldError[];
  const text = `${first?.loc?.join(".")}: ${first?.msg}`;
  return more.length === 0 ? text : `${text} (and ${more.length} more)`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text === "" ? undefined : text;
  }
}
