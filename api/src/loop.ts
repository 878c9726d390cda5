export interface Loop {
  /** Runs the next pass at once. */
  kick(): void;
  /** When the last pass succeeded. */
  readonly lastPass: Date | null;
  /** Waits for the pass that runs, and runs no more. */
  stop(): Promise<void>;
}

/** Runs `pass` every so often, one at a time; a failing one is told and tried again. */
export function startLoop(everyMs: number, pass: () => Promise<unknown>, onError: (error: unknown) => void): Loop {
  let lastPass: Date | null = null;
  let stopped = false;
  let kicked = false;
  let wake: () => void = () => {};
  const run = async () => {
    while (!stopped) {
      kicked = false;
      try {
        await pass();
        lastPass = new Date();
      } catch (error) {
        onError(error);
        kicked = false;
      }
      if (kicked || stopped) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const running = run();
  return {
    kick() {
      kicked = true;
      wake();
    },
    get lastPass() {
      return lastPass;
    },
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}
