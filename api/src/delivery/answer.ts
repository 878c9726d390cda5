export const MAX_READ_BYTES = 64 * 1024;
const MAX_EXCERPT = 1024;
const DAY_SECONDS = 86_400;

/** The first kilobyte as text that a database can hold. */
export function excerptOf(chunks: Buffer[]): string {
  const text = Buffer.concat(chunks).subarray(0, MAX_EXCERPT).toString("utf8").replaceAll("\0", "\uFFFD");
  // A broken character takes more room than it did.
  return Buffer.from(text)
    .subarray(0, MAX_EXCERPT)
    .toString("utf8")
    .replace(/\uFFFD+$/, "");
}

/** Why a status is a failure; null for 2xx. */
export function problemOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return `Answered ${status}; redirects are not followed`;
  return `Answered ${status}`;
}

/** Seconds that a `Retry-After` of either form asks for, at most a day; null when it says nothing. */
export function retryAfterSeconds(header: string | undefined, now = Date.now()): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  const seconds = /^[0-9]{1,10}$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  return Number.isNaN(seconds) ? null : Math.min(Math.max(0, Math.ceil(seconds)), DAY_SECONDS);
}
