import type { Json } from "./client.ts";

interface Told {
  id: string | undefined;
  event: string;
  data: Json;
}

/** A stream as a reader has it. */
export interface Reader {
  status: number;
  headers: Headers;
  /** The next event; rejects when the stream ends before. */
  next(): Promise<Told>;
  /** The next events, until one has this name; it is among them. */
  until(event: string): Promise<Told[]>;
  /** Resolves when a comment has come since the last one that was asked for. */
  comment(): Promise<string>;
  /** Resolves when the server has ended it; to the error where it broke off. */
  ended: Promise<Error | null>;
  close(): void;
}

/** Reads a stream over HTTP. Resolves once it is open: what happens from then on is on it. */
export async function readStream(
  origin: string,
  path: string,
  { token, headers = {} }: { token: string; headers?: Record<string, string> },
): Promise<Reader> {
  const abort = new AbortController();
  const response = await fetch(`${origin}${path}`, {
    headers: { ...headers, authorization: `Bearer ${token}` },
    signal: abort.signal,
  });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  const told: Told[] = [];
  const comments: string[] = [];
  let wake: () => void = () => {};
  let over: { error: Error | null } | undefined;
  const read = async (): Promise<Error | null> => {
    let rest = "";
    try {
      const body = response.body as ReadableStream<Uint8Array>;
      for await (const text of body.pipeThrough(new TextDecoderStream())) {
        const frames = (rest + text).split("\n\n");
        rest = frames.pop() ?? "";
        for (const frame of frames) take(frame);
        wake();
      }
      return null;
    } catch (error) {
      return error as Error;
    }
  };
  const take = (frame: string) => {
    const lines = frame
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]);
    const field = (name: string) => lines.find(([key]) => key === name)?.[1];
    const comment = field("");
    if (comment !== undefined) comments.push(comment);
    const event = field("event");
    if (event !== undefined) told.push({ id: field("id"), event, data: JSON.parse(field("data") ?? "null") });
  };
  const ended = read().then((error) => {
    over = { error };
    wake();
    return error;
  });
  const shift = async <T>(list: T[]): Promise<T> => {
    for (;;) {
      const first = list.shift();
      if (first !== undefined) return first;
      if (over !== undefined) throw new Error("the stream has ended", { cause: over.error });
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const reader: Reader = {
    status: response.status,
    headers: response.headers,
    next: () => shift(told),
    async until(event) {
      const list: Told[] = [];
      do list.push(await shift(told));
      while (list.at(-1)?.event !== event);
      return list;
    },
    comment: () => shift(comments),
    ended,
    close: () => abort.abort(),
  };
  for (let comment = ""; comment !== "open"; ) comment = await reader.comment();
  return reader;
}
