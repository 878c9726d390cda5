import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { createApp } from "./app.ts";
import type { Dependencies } from "./context.ts";

export interface RunningServer {
  port: number;
  /** Takes no new connection, lets requests under way finish, then resolves. */
  close(): Promise<void>;
}

/** How long a request under way may take once the server is closing. */
const DRAIN_MS = 10_000;

/** Serves the application. Port 0 takes a free one. Rejects when the port is taken. */
export function startServer(deps: Dependencies, host: string, port: number): Promise<RunningServer> {
  const app = createApp(deps);
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: app.fetch,
        hostname: host,
        port,
        createServer,
        // A client that sends slowly is let go; nothing here needs longer.
        serverOptions: { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000 },
      },
      (info: AddressInfo) => {
        server.off("error", reject);
        resolve({ port: info.port, close: () => closeServer(server) });
      },
    ) as Server;
    server.once("error", reject);
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}
