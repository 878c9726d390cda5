/** Runs passes one after the other: at every tick, and at once when woken, but never two at a time. A pass says false when it failed. */
export class Loop {
  readonly #pass: () => Promise<unknown>;
  readonly #tickMs: number;
  #wake: (() => void) | null = null;
  #woken = false;
  #stopped = false;
  #running: Promise<void> | null = null;
  #lastPass: Date | null = null;

  constructor(pass: () => Promise<unknown>, tickMs: number) {
    this.#pass = pass;
    this.#tickMs = tickMs;
  }

  /** When the last pass ended that did not fail. */
  get lastPass(): Date | null {
    return this.#lastPass;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Resolves when the pass under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#woken = false;
      if ((await this.#pass()) !== false) this.#lastPass = new Date();
      await this.#pause();
    }
  }

  async #pause(): Promise<void> {
    if (this.#woken || this.#stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#tickMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }
}
