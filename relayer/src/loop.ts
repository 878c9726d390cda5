/** Runs passes one after the other: at every tick, and at once when woken, but never two at a time. */
export class Loop {
  readonly #pass: () => Promise<void>;
  readonly #tickMs: number;
  #wake: (() => void) | null = null;
  #woken = false;
  #stopped = false;
  #running: Promise<void> | null = null;
  #lastPass: Date | null = null;

  constructor(pass: () => Promise<void>, tickMs: number) {
    this.#pass = pass;
    this.#tickMs = tickMs;
  }

  /** When the last pass ended. */
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
      await this.#pass();
      this.#lastPass = new Date();
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
