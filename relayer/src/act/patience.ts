/**
 * What could not be done now is tried again later: after 1, 2, 4, … seconds up to a minute. In memory, since losing it only means trying
 * at once.
 */
export class Patience {
  readonly #waits = new Map<string, { failures: number; until: number }>();

  mayTry(name: string, now = Date.now()): boolean {
    return (this.#waits.get(name)?.until ?? 0) <= now;
  }

  /** Returns how often in a row it has failed now. */
  failed(name: string, now = Date.now()): number {
    const failures = (this.#waits.get(name)?.failures ?? 0) + 1;
    this.#waits.set(name, { failures, until: now + Math.min(2 ** (failures - 1), 60) * 1000 });
    return failures;
  }

  succeeded(name: string): void {
    this.#waits.delete(name);
  }

  /** Drops what has not been tried for ten minutes. */
  sweep(now = Date.now()): void {
    for (const [name, wait] of this.#waits) if (wait.until + 600_000 < now) this.#waits.delete(name);
  }
}
