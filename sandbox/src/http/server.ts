import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import type { Hono } from "hono";

export interface RunningServer {
  port: number;
  /** Takes no new connection, lets requests under way finish for at most `graceMs`, then resolves. */
  close(graceMs: number): Promise<void>;
}

/** Port 0 takes a free one. Rejects when the port is taken. */
// biome-ignore lint/suspicious/noExplicitAny: whatever variables the application has.
export function startServer(app: Hono<any>, hostname: string, port: number): Promise<RunningServer> {
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: app.fetch,
        hostname,
        port,
        createServer,
        serverOptions: { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000 },
      },
      (info: AddressInfo) => {
        server.off("error", reject);
        resolve({ port: info.port, close: (graceMs) => closeServer(server, graceMs) });
      },
    ) as Server;
    server.once("error", reject);
  });
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}
