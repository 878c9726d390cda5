/** So many requests in a second, and as many at once after a second of rest. Who comes later waits longer. */
export class Bucket {
  readonly #perSecond: number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#tokens = Math.max(1, perSecond);
    this.#at = now;
  }

  /** Takes a turn: how many milliseconds it is away, null (and nothing taken) when that is more than `longest`. */
  take(now: number, longest: number): number | null {
    const elapsed = Math.max(0, now - this.#at);
    this.#at = now;
    this.#tokens = Math.min(Math.max(1, this.#perSecond), this.#tokens + (elapsed * this.#perSecond) / 1000);
    const wait = this.#tokens >= 1 ? 0 : ((1 - this.#tokens) * 1000) / this.#perSecond;
    if (wait > longest) return null;
    this.#tokens -= 1;
    return wait;
  }
}
