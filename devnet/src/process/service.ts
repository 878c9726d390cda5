import { serve } from "@hono/node-server";
import type { Hono } from "hono";
import type { Environment } from "../environment.ts";
import { DevnetError } from "../errors.ts";

export interface Service {
  app: Hono;
  /** On 127.0.0.1. */
  port: number;
  stop?: () => Promise<void>;
}

/** Runs a process of the local world until it is told to end: configuration, HTTP, orderly end. Exit code 1 with one line if it cannot start. */
export async function runService<C>(
  name: string,
  readConfig: (environment: Environment) => C,
  start: (config: C) => Promise<Service>,
): Promise<void> {
  try {
    const service = await start(readConfig(process.env));
    const server = serve({ fetch: service.app.fetch, port: service.port, hostname: "127.0.0.1" });
    server.on("error", (error: NodeJS.ErrnoException) => {
      const reason = error.code === "EADDRINUSE" ? `port ${service.port} is in use already` : error.message;
      console.error(`${name} cannot listen: ${reason}`);
      process.exit(1);
    });
    const end = async () => {
      server.close();
      await service.stop?.();
      process.exit(0);
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => void end());
  } catch (error) {
    if (!(error instanceof DevnetError)) throw error;
    console.error(`${name} cannot start: ${error.message}`);
    process.exit(1);
  }
}
