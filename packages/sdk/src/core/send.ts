import { ApiConnectionError, type ApiError, type ApiErrorFields, ApiTimeoutError } from "../errors/api-error.ts";
import { errorFrom } from "../errors/from-answer.ts";
import type { Logger } from "../options.ts";
import { backoff, LONGEST_RETRY_AFTER, readRetryAfter } from "./backoff.ts";
import { clock } from "./clock.ts";
import { linked } from "./linked.ts";

/** How a request is sent, and how patiently. */
export interface Policy {
  fetch: typeof fetch;
  maxRetries: number;
  retryBaseDelay: number;
  retryMaxDelay: number;
  /** Milliseconds for one attempt, its body included. */
  timeout: number;
  logger?: Logger | undefined;
  signal?: AbortSignal | undefined;
}

export interface Outgoing {
  method: string;
  url: string;
  /** Asked for before every attempt: a token may have ended. */
  headers(): Promise<Record<string, string>>;
  body?: string | undefined;
  /** All attempts bear it, and every error shows it. */
  idempotencyKey?: string | undefined;
  /** Twice is worse than never: tried again only where nothing can have arrived. */
  once?: boolean | undefined;
  /** Called once, for a 401: whether another attempt is worth it. */
  renew?: (() => boolean) | undefined;
  /** The answer is a stream: it is not read here. */
  stream?: boolean | undefined;
  docsUrl?: string | undefined;
}

/** An answer that is not tried again: a success, or an error that stays one. */
export interface Received {
  status: number;
  headers: Headers;
  text: string;
  /** Of a stream only. */
  body: ReadableStream<Uint8Array> | null;
  /** Attempts before the one that brought this. */
  retries: number;
}

const RETRIED: readonly number[] = [429, 500, 502, 503, 504];

/**
 * Sends a request until there is an answer to keep.
 *
 * @throws RateLimitError, ServerError, ApiConnectionError when retries are spent; the reason of the signal when it ends the call.
 */
export async function send(request: Outgoing, policy: Policy): Promise<Received> {
  const { logger, signal } = policy;
  const place = { method: request.method, path: new URL(request.url).pathname };
  let renewed = false;
  for (let retries = 0; ; ) {
    signal?.throwIfAborted();
    const headers = await request.headers();
    const started = clock.now();
    const result = await attempt(request, headers, policy);
    const status = "status" in result ? result.status : 0;
    const requestId = "status" in result ? (result.headers.get("x-request-id") ?? undefined) : undefined;
    logger?.debug("keystone request", { ...place, status, requestId, durationMs: clock.now() - started, retries });
    if (status === 401 && !renewed && request.renew?.()) {
      renewed = true;
      continue;
    }
    if ("status" in result && !RETRIED.includes(status)) return { ...result, retries };
    const asked = "status" in result ? readRetryAfter(result.headers.get("retry-after")) : undefined;
    const hopeless = request.once && !(status === 429 || isRefusedConnection(result));
    if (retries >= policy.maxRetries || hopeless || (asked ?? 0) > LONGEST_RETRY_AFTER) {
      throw errorOf(request, result, retries + 1);
    }
    const wait = asked === undefined ? backoff(retries, policy.retryBaseDelay, policy.retryMaxDelay) : asked * 1_000;
    retries += 1;
    logger?.warn("keystone retry", { ...place, status, requestId, retry: retries, waitMs: wait });
    await clock.sleep(wait, signal);
  }
}

/** No answer. */
interface Failure {
  cause: unknown;
  timedOut: boolean;
}

async function attempt(
  { method, url, body, stream }: Outgoing,
  headers: Record<string, string>,
  { fetch, timeout, signal }: Policy,
): Promise<Omit<Received, "retries"> | Failure> {
  const { controller, release } = linked(signal);
  let timedOut = false;
  const stop = clock.after(timeout, () => {
    timedOut = true;
    controller.abort();
  });
  let streams = false;
  try {
    const init: RequestInit = { method, headers, redirect: "manual", signal: controller.signal };
    // Called bare: a browser's fetch refuses to be called as a method of something else.
    const response = await fetch(url, body === undefined ? init : { ...init, body });
    streams = stream === true && response.ok;
    const text = streams ? "" : await response.text();
    return { status: response.status, headers: response.headers, text, body: streams ? response.body : null };
  } catch (cause) {
    signal?.throwIfAborted();
    return { cause, timedOut };
  } finally {
    stop();
    // A stream lives on, and ends with the signal.
    if (!streams) release();
  }
}

function errorOf(request: Outgoing, result: Omit<Received, "retries"> | Failure, attempts: number): ApiError {
  const { idempotencyKey, docsUrl } = request;
  if ("status" in result) return errorFrom({ ...result, attempts, idempotencyKey, docsUrl });
  const place = `${request.method} ${new URL(request.url).pathname}`;
  const message = result.timedOut
    ? `${place}: no answer in time`
    : `${place}: no answer (${wordsOf(result.cause).join(": ")})`;
  const fields: ApiErrorFields = {
    status: 0,
    headers: new Headers(),
    message,
    detail: message,
    idempotencyKey,
    docsUrl,
    cause: result.cause,
  };
  return new (result.timedOut ? ApiTimeoutError : ApiConnectionError)(fields, { attempts });
}

/** Whether nothing can have arrived. Every runtime says so in its own words. */
function isRefusedConnection(result: object): boolean {
  return "cause" in result && wordsOf(result.cause).some((word) => /ECONNREFUSED|connection ?refused/i.test(word));
}

function wordsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const code = (error as { code?: unknown }).code;
  return [error.message, ...(typeof code === "string" ? [code] : []), ...(error.cause ? wordsOf(error.cause) : [])];
}
