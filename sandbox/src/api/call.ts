import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";
import { SandboxError, unavailable } from "../errors.ts";

/** In whose name the platform API is called. */
export interface Bearer {
  token: string;
  /** `X-Keystone-Environment`, which a user's token needs. */
  environment?: string | undefined;
}

export interface ApiCall<T extends z.ZodType> {
  method: "GET" | "POST";
  /** Behind `/v1`. */
  path: string;
  answer: T;
  body?: unknown;
  idempotencyKey?: string;
}

/** The API's own refusal, told on as it is: the status is one of 400 to 499. */
export class ApiRefusal extends SandboxError {}

const TIMEOUT_MS = 15_000;

const refusal = z.object({
  detail: z.unknown(),
  code: z.string(),
  context: z.record(z.string(), z.unknown()).optional(),
});

/**
 * Calls the platform API at `apiUrl` and nobody else: a redirection is an error, since it would take the token along.
 *
 * @throws ApiRefusal with the API's status, code and words; SandboxError 503 where it does not answer, or not in its own form.
 */
export async function callApi<T extends z.ZodType>(
  apiUrl: string,
  bearer: Bearer,
  call: ApiCall<T>,
): Promise<z.output<T>> {
  const headers: Record<string, string> = { authorization: `Bearer ${bearer.token}` };
  if (bearer.environment !== undefined) headers["x-keystone-environment"] = bearer.environment;
  if (call.body !== undefined) headers["content-type"] = "application/json";
  if (call.idempotencyKey !== undefined) headers["idempotency-key"] = call.idempotencyKey;
  const { status, retryAfter, body } = await send(`${apiUrl}${call.path}`, {
    method: call.method,
    headers,
    ...(call.body === undefined ? undefined : { body: JSON.stringify(call.body) }),
  });
  if (status >= 200 && status < 300) {
    const parsed = call.answer.safeParse(body);
    if (parsed.success) return parsed.data;
    throw unavailable("The platform API", new Error(`${call.method} ${call.path}: ${parsed.error.message}`));
  }
  const told = refusal.safeParse(body);
  if (status < 400 || status >= 500 || !told.success) {
    throw unavailable("The platform API", new Error(`${call.method} ${call.path}: ${status}`));
  }
  const { detail, code, context } = told.data;
  throw new ApiRefusal(status as ContentfulStatusCode, code, wordsOf(detail), {
    ...(context === undefined ? undefined : { context }),
    ...(retryAfter === null ? undefined : { headers: { "Retry-After": retryAfter } }),
  });
}

async function send(url: string, init: RequestInit) {
  try {
    const response = await fetch(url, { ...init, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
    return {
      status: response.status,
      retryAfter: response.headers.get("retry-after"),
      body: (await response.json()) as unknown,
    };
  } catch (error) {
    throw unavailable("The platform API", error);
  }
}

/** A refusal's words in one string; the list form names each field and what is wrong with it. */
function wordsOf(detail: unknown): string {
  if (typeof detail === "string") return detail;
  const list = z
    .array(z.object({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string() }))
    .safeParse(detail);
  if (!list.success) return "The platform API refused the request";
  return list.data.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`).join("; ");
}
