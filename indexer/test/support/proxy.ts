import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

interface Call {
  id: number;
  method: string;
  params: unknown[];
}

/** A JSON-RPC node that answers what `answer` says, or asks `target` where that is undefined. */
export async function startProxy(target: string | null, answer: (call: Call) => object | undefined) {
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const call = JSON.parse(body) as Call;
    calls.push(call.method);
    response.setHeader("content-type", "application/json");
    const own = answer(call);
    if (own !== undefined) return response.end(JSON.stringify({ jsonrpc: "2.0", id: call.id, ...own }));
    try {
      const headers = { "content-type": "application/json" };
      response.end(await (await fetch(target as string, { method: "POST", headers, body })).text());
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
