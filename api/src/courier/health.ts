import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import type { Store } from "@keystoneos/store";
import type { Registry } from "@keystoneos/telemetry";
import { Hono } from "hono";
import type { Courier } from "./courier.ts";

/** A pass that takes longer than this is stuck. */
const STALE_MS = 60_000;

export interface Health {
  port: number;
  close(): Promise<void>;
}

/** `/health`: the process lives. `/ready`: database and views answer and both loops pass; 503 names what does not. `/metrics`: for Prometheus. */
export async function serveHealth(
  { host, port }: { host: string; port: number },
  { db, courier, registry }: { db: Store; courier: Courier; registry: Registry },
): Promise<Health> {
  const app = new Hono();
  app.get("/health", (c) => c.json({ status: "ok" }));
  app.get("/ready", async (c) => {
    const failing = await failures(db, courier);
    return failing.length === 0 ? c.json({ status: "ok" }) : c.json({ status: "unavailable", failing }, 503);
  });
  app.get("/metrics", async (c) => c.body(await registry.text(), 200, { "content-type": registry.contentType }));
  const server = serve({ fetch: app.fetch, port, hostname: host });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

async function failures(db: Store, { loops }: Courier): Promise<string[]> {
  const views = await db
    .selectFrom("indexer.chain_head")
    .select("chain_id")
    .execute()
    .then(
      () => [],
      () => ["indexer views"],
    );
  const stuck = Object.entries(loops).filter(
    ([, { lastPass }]) => lastPass === null || Date.now() - lastPass.getTime() > STALE_MS,
  );
  return [...views, ...stuck.map(([name]) => name)];
}
