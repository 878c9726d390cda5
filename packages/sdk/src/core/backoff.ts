import { clock } from "./clock.ts";

/** A server that asks for more patience than this gets none: its error is raised at once. Seconds. */
export const LONGEST_RETRY_AFTER = 60;

/** Milliseconds before retry `n`, from 0. */
export function backoff(n: number, base: number, max: number): number {
  return Math.min(max, base * 2 ** n * (0.75 + clock.random() / 2));
}

/** Seconds that a `Retry-After` header asks for; it has seconds or a date. */
export function readRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\s*\d+(\.\d+)?\s*$/.test(header) ? Number(header) : (Date.parse(header) - clock.now()) / 1_000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
