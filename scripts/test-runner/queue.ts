/** Something to run, maybe not before something else is there. */
export interface Waiting {
  /** Runs only after the build. */
  built: boolean;
}

/**
 * Runs everything, at most `width` at a time, in its order; but as long as the build lasts one worker waits for it, and the others run
 * what does not need it. A build that is done at once changes no order. Tasks must not throw.
 */
export async function runAll<T extends Waiting>(
  width: number,
  all: readonly T[],
  build: Promise<unknown>,
  run: (one: T) => Promise<void>,
): Promise<void> {
  const left = [...all];
  let built = false;
  const done = build.then(() => {
    built = true;
  });
  const take = (): T | undefined => {
    const index = left.findIndex((one) => built || !one.built);
    return index < 0 ? undefined : left.splice(index, 1)[0];
  };
  const worker = async () => {
    while (left.length > 0) {
      const next = take();
      if (next === undefined) await done;
      else await run(next);
    }
  };
  const first = done.then(worker);
  await Promise.all([first, ...Array.from({ length: width - 1 }, worker)]);
}
