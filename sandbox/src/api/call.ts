import { ApiError, type ClientOptions, KeystoneClient } from "@keystoneos/sdk";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";
import { SandboxError, unavailable } from "../errors.ts";

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

/** A client of the platform API at `apiUrl`, which ends with `/v1`. It tries once: whoever asked is told, and asks again. */
export function connectApi(apiUrl: string, credentials: ClientOptions): KeystoneClient {
  return new KeystoneClient({
    ...credentials,
    baseUrl: apiUrl.replace(/\/v1$/, ""),
    timeout: TIMEOUT_MS,
    maxRetries: 0,
  });
}

/**
 * Makes a call and reads what of its answer is needed.
 *
 * @throws ApiRefusal with the API's status, code and words; SandboxError 503 where it does not answer, or not in its own form.
 */
export async function callApi<T extends z.ZodType>(
  client: KeystoneClient,
  { method, path, answer, body, idempotencyKey }: ApiCall<T>,
): Promise<z.output<T>> {
  const told = await client
    .request(method, `/v1${path}`, { body }, idempotencyKey === undefined ? {} : { idempotencyKey })
    .catch((error: unknown) => {
      throw refusalOf(error);
    });
  const parsed = answer.safeParse(told);
  if (parsed.success) return parsed.data;
  throw unavailable("The platform API", new Error(`${method} ${path}: ${parsed.error.message}`));
}

function refusalOf(error: unknown): SandboxError {
  const isRefusal = error instanceof ApiError && error.status >= 400 && error.status < 500;
  if (!isRefusal || error.code === undefined) return unavailable("The platform API", error);
  const retryAfter = error.headers.get("retry-after");
  return new ApiRefusal(error.status as ContentfulStatusCode, error.code, error.message, {
    ...(error.context === undefined ? undefined : { context: error.context }),
    ...(retryAfter === null ? undefined : { headers: { "Retry-After": retryAfter } }),
  });
}
