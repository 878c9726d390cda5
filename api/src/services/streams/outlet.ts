/** What a reader may leave unread before it is cut off. */
const MAX_UNREAD_BYTES = 2 * 1024 * 1024;

/** The sending end of a response that goes on. */
export interface Outlet {
  body: ReadableStream<Uint8Array>;
  readonly isOpen: boolean;
  /** Hands text to the reader. One that has left too much unread gets no more: `onClose` cuts it off. */
  write(text: string): void;
  /** Resolves when at least half of the room is free, or the outlet is closed. */
  room(): Promise<void>;
  /** Ends the response behind what was written. */
  end(): void;
}

/** Calls `onClose` once: when it was ended, when the reader has gone away, or when it was cut off for being slow. */
export function createOutlet(onClose: (reason: "ended" | "left" | "slow") => void): Outlet {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let isOpen = true;
  let waiting: (() => void)[] = [];
  const free = () => controller.desiredSize ?? 0;
  const wake = () => {
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  const close = (reason: "ended" | "left" | "slow") => {
    if (!isOpen) return;
    isOpen = false;
    wake();
    onClose(reason);
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start: (given) => {
        controller = given;
      },
      pull: () => {
        if (free() >= MAX_UNREAD_BYTES / 2) wake();
      },
      cancel: () => close("left"),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MAX_UNREAD_BYTES }),
  );
  return {
    body,
    get isOpen() {
      return isOpen;
    },
    write(text) {
      if (!isOpen) return;
      const bytes = encoder.encode(text);
      if (bytes.byteLength <= free()) return controller.enqueue(bytes);
      controller.close();
      close("slow");
    },
    room() {
      if (!isOpen || free() >= MAX_UNREAD_BYTES / 2) return Promise.resolve();
      return new Promise((resolve) => waiting.push(resolve));
    },
    end() {
      if (!isOpen) return;
      controller.close();
      close("ended");
    },
  };
}
