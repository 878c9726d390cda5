import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

interface Call {
  id: unknown;
  method: string;
  params: unknown[];
}

/** What goes back: JSON-RPC, or whatever `send` does with the connection instead of sending `honest`. */
export type Reply =
  | { result: unknown }
  | { error: { code: number; message: string; data?: unknown } }
  | { send: (response: ServerResponse, honest: () => Promise<string>) => void | Promise<void> };

/** Asks the node behind, for its result. */
export type Upstream = (method: string, params: unknown[]) => Promise<unknown>;

/** How a node behaves at one call; null has the node behind answer. */
export type Behaviour = (call: Call, upstream: Upstream) => Reply | null | Promise<Reply | null>;

export type FaultProxy = Awaited<ReturnType<typeof startFaultProxy>>;

/** A JSON-RPC node over HTTP that stands before a real one and behaves as it is told. */
export async function startFaultProxy(target: string) {
  let behaviour: Behaviour = () => null;
  const calls: Call[] = [];
  const forward = async (body: string) => {
    const answer = await fetch(target, { method: "POST", headers: { "content-type": "application/json" }, body });
    return answer.text();
  };
  const upstream: Upstream = async (method, params) => {
    const answer = JSON.parse(await forward(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params })));
    if (answer.error !== undefined) throw new Error(answer.error.message);
    return answer.result;
  };
  const server = createServer(async (request, response) => {
    try {
      const body = await text(request);
      const call = JSON.parse(body) as Call;
      calls.push(call);
      const reply = await behaviour(call, upstream);
      const honest = () => forward(body);
      if (reply !== null && "send" in reply) return void (await reply.send(response, honest));
      const sent = reply === null ? await honest() : JSON.stringify({ jsonrpc: "2.0", id: call.id, ...reply });
      response.writeHead(200, { "content-type": "application/json" }).end(sent);
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    /** As the relayer calls it. */
    name: `127.0.0.1:${port}`,
    /** What it was asked, in that order. */
    calls,
    behave(next: Behaviour) {
      behaviour = next;
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
