export type BreakerState = "closed" | "open" | "half_open";

/** Failures in a row after which a node is left alone. */
const THRESHOLD = 3;
const BASE_MS = 500;
/** No longer: a node that is back should not have to wait for us. */
const LONGEST_MS = 10_000;
/** A node may ask for more patience than we have after failures. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * Leaves a node alone after failures in a row: each time twice as long, half of it by chance, so that many processes do not come back at
 * once; then one request tries. Times are milliseconds of a clock that only goes forward; `chance` is in [0, 1).
 */
export class Breaker {
  #failures = 0;
  #trips = 0;
  #openUntil = 0;
  #pauses = 0;
  #pausedUntil = 0;
  #trying = false;

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  state(now: number): BreakerState {
    if (now < this.restsUntil()) return "open";
    return this.#trips > 0 ? "half_open" : "closed";
  }

  restsUntil(): number {
    return Math.max(this.#openUntil, this.#pausedUntil);
  }

  /** A ticket for a request that may go now, else null. Whoever has one reports what came of it. */
  admit(now: number): number | null {
    const state = this.state(now);
    if (state === "open" || (state === "half_open" && this.#trying)) return null;
    if (state === "half_open") this.#trying = true;
    return this.#trips;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#trips = 0;
    this.#pauses = 0;
    this.#openUntil = 0;
    this.#trying = false;
  }

  /** Returns whether the node is left alone from now on. */
  failed(ticket: number, now: number, chance: number): boolean {
    // What was under way when it opened says nothing new.
    if (ticket !== this.#trips) return false;
    this.#failures++;
    this.#trying = false;
    if (this.#trips === 0 && this.#failures < THRESHOLD) return false;
    this.#openUntil = now + backoff(this.#trips++, chance);
    return true;
  }

  /** The node asked for fewer requests: that is no failure. */
  limited(now: number, retryAfterMs: number | null, chance: number): void {
    this.#trying = false;
    const wait = retryAfterMs === null ? backoff(this.#pauses++, chance) : Math.min(retryAfterMs, LONGEST_PAUSE_MS);
    this.#pausedUntil = Math.max(this.#pausedUntil, now + wait);
  }
}

function backoff(trips: number, chance: number): number {
  const whole = Math.min(LONGEST_MS, BASE_MS * 2 ** Math.min(trips, 10));
  return whole / 2 + (whole / 2) * chance;
}
