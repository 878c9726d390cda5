import { clock } from "./clock.ts";

/** Opens a stream, says when it is open, and gives something whenever it tells of something. */
export type Source = (signal: AbortSignal, onOpen: () => void) => AsyncIterable<unknown>;

/** Listens to a stream for whoever waits. */
export interface Ear {
  /** Whether the stream is there; where it is not, nothing will be heard. */
  readonly open: boolean;
  /** When it was opened last, or tried to be. */
  readonly triedAt: number;
  /** Tries to open the stream. Resolves when it is open, or cannot be. */
  listen(): Promise<void>;
  /** Resolves after so many milliseconds, or at once when something was heard since the last pause. Rejects with the signal's reason. */
  pause(ms: number): Promise<void>;
}

/** Without a source it never hears anything. */
export function newEar(source: Source | undefined, signal: AbortSignal): Ear {
  let open = false;
  let triedAt = source === undefined ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  let heard = new AbortController();

  async function follow(tried: () => void): Promise<void> {
    try {
      const opened = () => {
        open = true;
        tried();
      };
      for await (const _ of source?.(signal, opened) ?? []) heard.abort();
    } catch {
      // Whatever it is, looking will show it.
    }
    if (open) heard.abort();
    open = false;
    tried();
  }

  return {
    get open() {
      return open;
    },
    get triedAt() {
      return triedAt;
    },
    listen() {
      triedAt = clock.now();
      return new Promise((resolve) => void follow(resolve));
    },
    async pause(ms) {
      signal.throwIfAborted();
      const end = () => heard.abort();
      signal.addEventListener("abort", end, { once: true });
      await clock.sleep(ms, heard.signal).catch(() => {});
      signal.removeEventListener("abort", end);
      heard = new AbortController();
      signal.throwIfAborted();
    },
  };
}
