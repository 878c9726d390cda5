import { RetryExhaustedError } from "../errors/api-error.ts";
import { WaitTimeoutError } from "../errors/keystone-error.ts";
import { clock } from "./clock.ts";
import { type Ear, newEar, type Source } from "./ear.ts";
import { linked } from "./linked.ts";

export interface WaitOptions<T> {
  /** Milliseconds. */
  timeout?: number;
  /** Milliseconds between two looks where no stream tells when to look. */
  pollInterval?: number;
  signal?: AbortSignal;
  /** Called with the object whenever it was read and is not as before. */
  onUpdate?: (object: T) => void;
}

/** What a look has found: the end, or how to go on. `soon` when no stream tells of what is left to wait for. */
export type Verdict = "reached" | "soon" | "later";

interface Subject<T> {
  /** For the error's message: `settlement 4f0c… to be FINALIZED`. */
  what: string;
  read(signal: AbortSignal): Promise<T>;
  /** Throws where the object has ended elsewhere. */
  judge(object: T, signal: AbortSignal): Promise<Verdict>;
  /** Tells when to look, where there is such a stream. */
  source?: Source;
}

/** Between two looks while a stream is open, and between two tries to open one. */
const LOOK_MS = 30_000;

/**
 * Reads an object until it is as wanted.
 *
 * @throws WaitTimeoutError when time is over; what `judge` throws; ApiError but for those that pass.
 */
export async function waitUntil<T>(subject: Subject<T>, options: WaitOptions<T>): Promise<T> {
  const { timeout = 600_000, pollInterval = 2_000, signal, onUpdate } = options;
  const end = clock.now() + timeout;
  const { controller, release } = linked(signal);
  const ear = newEar(subject.source, controller.signal);
  let last: T | undefined;
  let shown = "";
  try {
    for (;;) {
      let verdict: Verdict = "soon";
      try {
        last = await subject.read(controller.signal);
        const text = textOf(last);
        if (text !== shown) onUpdate?.(last);
        shown = text;
        verdict = await subject.judge(last, controller.signal);
        if (verdict === "reached") return last;
      } catch (error) {
        if (!(error instanceof RetryExhaustedError)) throw error;
      }
      // What happened before the stream was open is seen by another look.
      if (await opensNow(ear)) continue;
      const left = end - clock.now();
      if (left <= 0) throw new WaitTimeoutError(`Waited too long for ${subject.what}`, last);
      const pause = ear.open && verdict === "later" ? LOOK_MS : pollInterval * (0.75 + clock.random() / 2);
      await ear.pause(Math.min(pause, left));
    }
  } finally {
    controller.abort();
    release();
  }
}

async function opensNow(ear: Ear): Promise<boolean> {
  if (ear.open || clock.now() - ear.triedAt < LOOK_MS) return false;
  await ear.listen();
  return ear.open;
}

function textOf(object: unknown): string {
  return JSON.stringify(object, (_, value) => (typeof value === "bigint" ? String(value) : value));
}
