import { setTimeout as sleep } from "node:timers/promises";
import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleAll } from "cockatiel";
import { ApiError, unavailable } from "../../errors/api-error.ts";
import { type ClientCredentials, createTokenSource } from "./token.ts";

export interface ManagementOptions extends ClientCredentials {
  /** Of one request. */
  timeoutMs?: number;
  /** How long nothing is sent after five failures in a row. */
  openMs?: number;
}

interface Ask {
  query?: Record<string, string | number>;
  body?: unknown;
}

export interface ManagementAnswer {
  status: number;
  body: unknown;
}

/** Calls the Management API; resolves to any answer below 500 but 401, 403 and 429. Throws ApiError 503. */
export type Management = (method: string, path: string, ask?: Ask) => Promise<ManagementAnswer>;

const FAILURES = 5;
/** How often a request that cannot have had an effect is made in all. */
const ATTEMPTS = 3;
/** The longest wait for a place in the directory's own limit that a caller of ours is made to wait through. */
const PATIENCE_SECONDS = 2;

/**
 * One client of the Management API: its own token, timeouts, a circuit breaker over all requests, and few retries. Reads are repeated
 * after a lost connection or a 5xx; writes only after a 429, which says that nothing was done.
 */
export function createManagement(options: ManagementOptions): Management {
  const { url, timeoutMs = 5_000, openMs = 10_000 } = options;
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: openMs, breaker: new ConsecutiveBreaker(FAILURES) });

  /** Only what says nothing of the request counts as a failure: a refusal is an answer. */
  const send = (target: string, init: RequestInit) =>
    breaker.execute(async () => {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(target, { ...init, redirect: "error", signal });
      // Read here, so that a body that never ends runs into the timeout too.
      const text = await response.text();
      if (response.status >= 500) throw new Error(`the directory answered ${response.status}`);
      return new Response(response.status === 204 ? null : text, {
        status: response.status,
        headers: response.headers,
      });
    });
  const tokens = createTokenSource(options, send);

  async function once(method: string, path: string, { query, body }: Ask): Promise<Response> {
    const target = new URL(`${url}api/v2/${path}`);
    for (const [name, value] of Object.entries(query ?? {})) target.searchParams.set(name, String(value));
    const token = await tokens.get();
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json",
    };
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const response = await send(target.href, init);
    if (response.status === 401) tokens.forget(token);
    return response;
  }

  return async (method, path, ask = {}) => {
    for (let attempt = 1; ; attempt++) {
      const last = attempt === ATTEMPTS;
      let response: Response;
      try {
        response = await once(method, path, ask);
      } catch (error) {
        if (error instanceof BrokenCircuitError) throw busy(Math.ceil(openMs / 1000), error);
        if (last || method !== "GET" || isTimeout(error)) throw unavailable("The directory", error);
        await sleep(100 * attempt);
        continue;
      }
      const { status } = response;
      if (status === 429) {
        const wait = secondsToWait(response.headers);
        if (last || wait > PATIENCE_SECONDS) throw busy(Math.max(1, wait), new Error("the directory answered 429"));
        await sleep(wait * 1000);
        continue;
      }
      // A token that was revoked or signed by a key that is no more: once with a fresh one.
      if (status === 401 && attempt === 1) continue;
      const body = await readJson(response);
      if (status === 401 || status === 403) throw unexpected(method, path, { status, body });
      return { status, body };
    }
  };
}

/** For an answer that the directory does not promise. Only its status and its code are told: its text may name people. */
export function unexpected(method: string, path: string, { status, body }: ManagementAnswer): ApiError {
  const code = (body as { errorCode?: unknown } | null)?.errorCode;
  const route = `${method} ${path
    .split("/")
    .filter((_, i) => i % 2 === 0)
    .join("/…/")}`;
  return unavailable("The directory", new Error(`${route} answered ${status} ${typeof code === "string" ? code : ""}`));
}

function busy(seconds: number, cause: unknown): ApiError {
  return new ApiError("service_unavailable", "The directory takes no calls at the moment; try again later", {
    headers: { "Retry-After": String(seconds) },
    cause,
  });
}

/** By `Retry-After`, in seconds or as a date, else by `X-RateLimit-Reset`, in Unix seconds. */
function secondsToWait(headers: Headers): number {
  const after = headers.get("retry-after");
  if (after !== null && /^[0-9]+$/.test(after)) return Number(after);
  const at = after === null ? Number(headers.get("x-ratelimit-reset") ?? Number.NaN) * 1000 : Date.parse(after);
  return Number.isNaN(at) ? 1 : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    throw unavailable("The directory", new Error(`the directory answered ${response.status} with no JSON`));
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}
