/**
 * Works off lists. One that is offered while another is worked on waits, and takes the place of the one that waited before: what was planned
 * last is what is done, however slow the work is.
 */
export class Newest<T> {
  readonly #width: number;
  readonly #work: (item: T) => Promise<void>;
  #waiting: readonly T[] = [];
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(width: number, work: (item: T) => Promise<void>) {
    this.#width = width;
    this.#work = work;
  }

  offer(items: readonly T[]): void {
    this.#waiting = items;
    if (items.length > 0) this.#running ??= this.#run();
  }

  /** Resolves when there is nothing left to do. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Resolves when the items under way are done; no other is begun. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#stopped) {
      const items = this.#waiting;
      this.#waiting = [];
      await inParallel(items, this.#width, async (item) => {
        if (!this.#stopped) await this.#work(item);
      });
    }
    this.#running = null;
  }
}

/** Does so many at once, each begun in its order. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
}
