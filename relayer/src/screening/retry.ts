import { setTimeout as sleep } from "node:timers/promises";
import { Unavailable } from "./provider.ts";

const FIRST_MS = 250;
const LONGEST_MS = 5_000;

/**
 * How long to wait, in milliseconds, after so many failures in a row: twice as long each time, half of it by chance, so that relayers that
 * failed together do not come back together; never less than what was asked for.
 */
export function pause(failures: number, retryAfterSeconds: number | null, random: () => number = Math.random): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return Math.max((longest / 2) * (1 + random()), (retryAfterSeconds ?? 0) * 1000);
}

/**
 * Does the work again while it ends in `Unavailable` and another attempt can begin before the deadline, a moment of `performance.now()`;
 * any other error is the answer.
 */
export async function retrying<T>(work: () => Promise<T>, deadline: number, signal: AbortSignal): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      const wait = pause(failures, error.retryAfterSeconds);
      if (performance.now() + wait >= deadline) throw error;
      await sleep(wait, undefined, { signal });
    }
  }
}
