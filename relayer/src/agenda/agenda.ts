import type { Heads, Rest } from "./rest.ts";

/**
 * Which open settlements a pass looks at: those that never rested, whose rest is over, or of which something has changed. It is memory
 * only: a process that has just started looks at everything once.
 */
export class Agenda {
  readonly #rests = new Map<string, Rest>();

  /** Leaves an intent alone until its rest is over. */
  rest(intentId: string, rest: Rest): void {
    this.#rests.set(intentId, rest);
  }

  wake(intentId: string): void {
    this.#rests.delete(intentId);
  }

  wakeAll(): void {
    this.#rests.clear();
  }

  isDue(intentId: string, heads: Heads, now: Date): boolean {
    const rest = this.#rests.get(intentId);
    if (rest === undefined || rest.until <= now.getTime()) return true;
    return (
      [...rest.deadlines].some(([chainId, seconds]) => (heads.get(chainId)?.timestamp ?? 0) >= seconds) ||
      [...rest.finals].some(([chainId, block]) => (heads.get(chainId)?.number ?? 0n) >= block)
    );
  }

  /** Forgets intents that are not open any more. */
  keep(open: ReadonlySet<string>): void {
    for (const intentId of this.#rests.keys()) if (!open.has(intentId)) this.#rests.delete(intentId);
  }
}
