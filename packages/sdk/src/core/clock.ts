interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to 1. */
  random(): number;
  /** Calls `then` once, so many milliseconds later, unless the function that it gives back is called before. */
  after(ms: number, then: () => void): () => void;
  /** Resolves after so many milliseconds, or rejects with the reason of the signal. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Time and chance as this package sees them. Tests put others in their place. */
export const clock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const end = () => {
        stop();
        reject(signal?.reason);
      };
      const stop = clock.after(ms, () => {
        signal?.removeEventListener("abort", end);
        resolve();
      });
      signal?.addEventListener("abort", end, { once: true });
    });
  },
};
