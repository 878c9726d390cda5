import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Heard {
  method: string;
  /** With its query. */
  path: string;
  headers: IncomingMessage["headers"];
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent.
  body: any;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  /** Sent as JSON; text as it is. */
  body?: unknown;
}

/** Answers as it is told, one reply after the other or by a function; null lets the connection drop, "hang" never answers. */
type Script = (heard: Heard) => Answer | Promise<Answer>;
type Answer = Reply | null | "hang";

export interface ScriptedServer {
  /** With a slash at its end. */
  url: string;
  heard: Heard[];
  script: Script;
  close(): Promise<void>;
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  const server: Server = createServer((request, response) => {
    void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const scripted: ScriptedServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    heard: [],
    script: () => ({ status: 500 }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return scripted;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = (await request.toArray()).join("");
    const heard: Heard = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
    scripted.heard.push(heard);
    const reply = await scripted.script(heard);
    if (reply === "hang") return;
    if (reply === null) return void request.socket.destroy();
    const body = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body ?? {});
    response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
    response.end(reply.status === 204 ? undefined : body);
  }
}
