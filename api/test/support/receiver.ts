import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { atTheEnd } from "./root-hook.ts";

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A receiver of webhooks, on a port of its own. */
export interface Receiver {
  url: string;
  port: number;
  /** Everything it got, in order. */
  received: Received[];
  /** How it answers; 200 by default. */
  answer: (response: ServerResponse, request: Received) => void;
  /** Resolves when it has got so many requests. */
  until(count: number): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const waiting: { count: number; done: () => void }[] = [];
  const handle: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const got = { path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString() };
      receiver.received.push(got);
      for (const { count, done } of waiting) if (receiver.received.length >= count) done();
      receiver.answer(response, got);
    });
  };
  const server = createServer(handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  atTheEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received: [],
    answer: (response) => response.end(),
    until: (count) =>
      new Promise((done) => {
        if (receiver.received.length >= count) done();
        else waiting.push({ count, done });
      }),
  };
  return receiver;
}
