import { readEvent, type StreamEvent } from "../events/events.ts";
import type { Settings } from "../options.ts";
import { backoff } from "./backoff.ts";
import { clock } from "./clock.ts";
import { linked } from "./linked.ts";
import { sseReader } from "./sse.ts";

/** The API is heard from every 15 seconds; after this long it is gone. */
const SILENCE_MS = 45_000;
/** Ids that are remembered, so that what is sent again is told once. */
const REMEMBERED = 10_000;

export interface StreamOptions {
  /** How final what is told is; `pending` is soonest, and can be taken back. */
  finality?: "pending" | "safe" | "finalized";
  /** Go on behind this event. */
  lastEventId?: string;
  signal?: AbortSignal;
}

type Open = (lastEventId: string | undefined, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;

/**
 * The events of a stream, each once, over as many connections as it takes. Ends with whoever reads it, with the signal's reason, or with
 * the error that opening raises.
 */
export async function* follow(
  open: Open,
  { lastEventId, signal, onOpen }: StreamOptions & { onOpen?: (() => void) | undefined },
  { retryBaseDelay, retryMaxDelay }: Pick<Settings, "retryBaseDelay" | "retryMaxDelay">,
): AsyncGenerator<StreamEvent, void, undefined> {
  const { controller, release } = linked(signal);
  const seen = new Set<string>();
  let last = lastEventId;
  try {
    for (let idle = 0; ; idle += 1) {
      const body = await open(last, controller.signal);
      onOpen?.();
      for await (const { id, data } of messagesOf(body)) {
        if (id !== undefined) {
          if (seen.has(id)) continue;
          seen.add(id);
          if (seen.size > REMEMBERED) seen.delete(seen.values().next().value as string);
          last = id;
        }
        idle = -1;
        yield readEvent(JSON.parse(data)) as StreamEvent;
      }
      controller.signal.throwIfAborted();
      await clock.sleep(backoff(Math.max(idle, 0), retryBaseDelay, retryMaxDelay), controller.signal);
    }
  } finally {
    controller.abort();
    release();
  }
}

/** The messages of one connection, until it ends in whatever way. */
async function* messagesOf(body: ReadableStream<Uint8Array>) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const read = sseReader();
  try {
    for (;;) {
      const piece = await inTime(reader.read());
      if (piece === undefined || piece.done) return;
      yield* read(decoder.decode(piece.value, { stream: true }));
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** What comes before silence has lasted too long; undefined when nothing does, or the connection breaks. */
function inTime<T>(promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    const stop = clock.after(SILENCE_MS, () => resolve(undefined));
    promise.then(resolve, () => resolve(undefined)).finally(stop);
  });
}
