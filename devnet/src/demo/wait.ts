import { setTimeout as sleep } from "node:timers/promises";

/** Something that was promised did not happen in time. */
class DemoTimeout extends Error {
  override name = "DemoTimeout";
}

/**
 * Asks again and again until there is an answer.
 *
 * @throws DemoTimeout with the words of `what` when there is none within the time.
 */
export async function until<T>(what: () => string, timeoutMs: number, probe: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new DemoTimeout(`${what()}: not within ${timeoutMs / 1_000} s`);
    await sleep(400);
  }
}
