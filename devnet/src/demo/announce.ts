import type { Progress } from "./types.ts";

/** Prints what happens as it happens, one line each with the time since now. */
export function announce(): Progress {
  const started = performance.now();
  return ({ scenario, text }) => {
    const seconds = ((performance.now() - started) / 1_000).toFixed(1).padStart(6);
    console.log(`${seconds} s  ${scenario.padEnd(12)} ${text}`);
  };
}
