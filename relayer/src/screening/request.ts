import { Unavailable } from "./provider.ts";

/** More than any answer that can be of use. */
const MAX_BYTES = 8 * 1024 * 1024;

export interface ProviderRequest {
  method: "GET" | "POST";
  url: URL;
  headers: Readonly<Record<string, string>>;
  body?: string;
}

export interface ProviderAnswer {
  status: number;
  /** Parsed JSON of a 2xx, null where that has none; null of any other, since what it says may be about a person. */
  body: unknown;
}

/**
 * Asks a provider once. Redirects are an answer, never followed. Throws `Unavailable` when nothing answers, for 429 and for 5xx, and an
 * Error for an answer that is too large or no JSON; no message repeats a word of the answer, or the path, which may name the subject.
 */
export async function request(
  { url, ...init }: ProviderRequest,
  signal: AbortSignal,
  maxBytes = MAX_BYTES,
): Promise<ProviderAnswer> {
  let response: Response;
  let text: string | null;
  try {
    response = await fetch(url, { ...init, redirect: "manual", signal });
    text = await readText(response, maxBytes);
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Unavailable(`${url.host} could not be asked: ${codeOf(error)}`);
  }
  const { status } = response;
  if (status === 429 || status >= 500) {
    throw new Unavailable(`${url.host} answered ${status}`, secondsToWait(response.headers.get("retry-after")));
  }
  if (text === null) throw new Error(`${url.host} answered ${status} with more than ${maxBytes} bytes`);
  if (!response.ok || text === "") return { status, body: null };
  try {
    return { status, body: JSON.parse(text) };
  } catch {
    throw new Error(`${url.host} answered ${status} with no JSON`);
  }
}

/** For an answer that the provider does not promise. */
export function refusal(what: string, { status }: ProviderAnswer): Error {
  const redirected = status >= 300 && status < 400;
  return new Error(`${what} was answered with ${status}${redirected ? "; redirects are not followed" : ""}`);
}

/** Null when there is more of it. */
async function readText(response: Response, maxBytes: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** By `Retry-After`, in seconds or as a date. */
function secondsToWait(value: string | null): number | null {
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const seconds = (Date.parse(value) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, seconds);
}

/** fetch hides what happened behind "fetch failed". */
function codeOf(error: unknown): string {
  const { code } = ((error as Error).cause ?? error) as { code?: unknown };
  return typeof code === "string" ? code : "the connection broke";
}
