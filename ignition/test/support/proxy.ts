import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Hex } from "viem";

/** What becomes of a transaction on its way to a node. */
export type Fate = "passes" | "is lost on the way" | "arrives, and nobody hears of it";

export interface RpcProxy {
  url: string;
  requests: number;
  stop: () => Promise<void>;
}

/** Stands between an operator and a node. `judge` is asked for each transaction, as it was signed; a request whose answer is withheld stays open. */
export async function startProxy(target: string, judge: (signed: Hex) => Fate): Promise<RpcProxy> {
  const server = createServer(async (request, response) => {
    proxy.requests += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString("utf8");
    const call = JSON.parse(body) as { method?: string; params?: [Hex] };
    const fate = call.method === "eth_sendRawTransaction" ? judge(call.params?.[0] ?? "0x") : "passes";
    if (fate === "is lost on the way") return;
    const answer = await fetch(target, { method: "POST", headers: { "content-type": "application/json" }, body });
    const text = await answer.text();
    if (fate !== "passes") return;
    response.writeHead(answer.status, { "content-type": "application/json" }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy: RpcProxy = { url, requests: 0, stop: () => close(server) };
  return proxy;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
