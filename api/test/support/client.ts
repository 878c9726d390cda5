import { assertDocumented } from "./openapi.ts";

// biome-ignore lint/suspicious/noExplicitAny: what a body is says the OpenAPI document, and every answer is held against it.
export type Json = any;

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

interface CallOptions {
  token?: string | undefined;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  raw?: string | Uint8Array;
  headers?: Record<string, string>;
}

/** Calls the API over HTTP and holds every answer against the OpenAPI document. */
export type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>;

export function createClient(origin: string): Call {
  return async (method, path, options = {}) => {
    const headers: Record<string, string> = { ...options.headers };
    if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`;
    if (options.json !== undefined) headers["content-type"] ??= "application/json";
    const init: RequestInit = { method, headers };
    if (options.json !== undefined) init.body = JSON.stringify(options.json);
    if (options.raw !== undefined) init.body = options.raw as string;
    const response = await fetch(`${origin}${path}`, init);
    // A stream is ended, since it does not end by itself.
    const isStream = response.headers.get("content-type") === "text/event-stream";
    if (isStream) await response.body?.cancel();
    const body: Json = response.status === 204 || isStream ? null : await response.json();
    const pathname = path.split("?")[0] as string;
    assertDocumented(method, pathname, response.status, response.headers.get("content-type"), body);
    if (!response.headers.get("x-request-id")) throw new Error(`${method} ${path}: no X-Request-Id`);
    if (!response.headers.get("keystone-version")) throw new Error(`${method} ${path}: no Keystone-Version`);
    return { status: response.status, headers: response.headers, body };
  };
}
