const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Seconds between an attempt and the one before it. */
const DELAYS = [0, 5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

const JITTER = 0.1;

/**
 * Seconds to wait after the attempt of this number (from 1) has failed, or null when it was the last. What a receiver asked for counts
 * if it is longer.
 */
export function delayAfter(
  attempt: number,
  retryAfterSeconds: number | null = null,
  random: () => number = Math.random,
): number | null {
  const delay = DELAYS[attempt];
  if (delay === undefined) return null;
  return Math.max(delay * (1 - JITTER + 2 * JITTER * random()), retryAfterSeconds ?? 0);
}
