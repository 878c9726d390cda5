import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import type { Store } from "@keystoneos/store";
import type { Registry } from "@keystoneos/telemetry";
import { Hono } from "hono";
import { sql } from "kysely";
import { type Chain, checkChain } from "./chains/client.ts";
import { shortMessage } from "./chains/revert.ts";
import type { Loop } from "./loop.ts";

export interface Health {
  port: number;
  close(): Promise<void>;
}

/** A pass that takes longer than this is stuck. */
const STALE_MS = 60_000;

/** `/health`: the process lives. `/ready`: database, views, nodes and the reconciler answer; 503 names what does not, and 200 what operators should see to. `/metrics`: for Prometheus. */
export async function serveHealth(
  host: string,
  port: number,
  parts: {
    db: Store;
    chains: Iterable<Chain>;
    loop: Loop;
    registry: Registry;
    /** What does not keep it from working, and should be known. */
    warnings: () => Promise<string[]>;
  },
): Promise<Health> {
  const app = new Hono();
  app.get("/health", (c) => c.json({ status: "ok" }));
  app.get("/ready", async (c) => {
    const failing = await failures(parts);
    if (failing.length > 0) return c.json({ status: "unavailable", failing }, 503);
    const warnings = await parts.warnings();
    return c.json({ status: "ok", ...(warnings.length === 0 ? {} : { warnings }) });
  });
  const { registry } = parts;
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

async function failures(parts: { db: Store; chains: Iterable<Chain>; loop: Loop }): Promise<string[]> {
  const { db, chains, loop } = parts;
  const checks: [string, () => Promise<unknown>][] = [
    ["database", () => sql`SELECT 1`.execute(db)],
    ["indexer", () => db.selectFrom("indexer.chain_head").select("chain_id").execute()],
    ...[...chains].map((chain): [string, () => Promise<unknown>] => [
      `chain ${chain.chainId}`,
      () => checkChain(chain),
    ]),
    ["reconciler", async () => checkLoop(loop)],
  ];
  const results = await Promise.all(
    checks.map(([name, check]) =>
      check().then(
        () => null,
        (error: unknown) => `${name}: ${shortMessage(error)}`,
      ),
    ),
  );
  return results.filter((result) => result !== null);
}

function checkLoop({ lastPass }: Loop): void {
  if (lastPass === null) throw new Error("has not made a pass yet");
  if (Date.now() - lastPass.getTime() > STALE_MS) throw new Error(`made its last pass at ${lastPass.toISOString()}`);
}
