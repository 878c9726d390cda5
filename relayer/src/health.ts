import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import type { Store } from "@keystoneos/store";
import type { Registry } from "@keystoneos/telemetry";
import { Hono } from "hono";
import { sql } from "kysely";
import { type Chain, checkChain } from "./chains/client.ts";
import { shortMessage } from "./chains/revert.ts";
import type { KeySlot } from "./keys/slot.ts";
import type { Loop } from "./loop.ts";
import type { ListStatus } from "./screening/sanctions-list.ts";

export interface Health {
  port: number;
  close(): Promise<void>;
}

/** A pass that takes longer than this is stuck. */
const STALE_MS = 60_000;

export interface HealthParts {
  db: Store;
  chains: readonly Chain[];
  keys: readonly Pick<KeySlot, "name" | "check">[];
  loop: Loop;
  registry: Registry;
  lists: () => readonly ListStatus[];
  /** What does not keep it from working, and should be known. */
  warnings: () => Promise<string[]>;
}

/**
 * `/health`: the process lives. `/ready`: database, views, a quorum of each chain's nodes, the holders of the keys and the reconciler
 * answer; 503 names what does not. Either way `degraded` names the nodes that are unwell while a quorum is left, and how old the sanctions
 * lists are is told; 200 has `warnings` of what operators should see to. `/metrics`: for Prometheus.
 */
export async function serveHealth(host: string, port: number, parts: HealthParts): Promise<Health> {
  const app = new Hono();
  app.get("/health", (c) => c.json({ status: "ok" }));
  app.get("/ready", async (c) => {
    const failing = await failures(parts);
    const ailing = [...parts.chains].flatMap(({ chainId, nodes }) =>
      nodes.ailing().map((line) => `chain ${chainId}: ${line}`),
    );
    const sanctions_lists = parts.lists().map(({ list, publishedAt, importedAt }) => ({
      list,
      published_at: publishedAt.toISOString(),
      imported_at: importedAt.toISOString(),
    }));
    const rest = { ...(ailing.length === 0 ? {} : { degraded: ailing }), sanctions_lists };
    if (failing.length > 0) return c.json({ status: "unavailable", failing, ...rest }, 503);
    const warnings = await parts.warnings();
    return c.json({ status: "ok", ...(warnings.length === 0 ? {} : { warnings }), ...rest });
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

async function failures({ db, chains, keys, loop }: HealthParts): Promise<string[]> {
  const checks: [string, () => Promise<unknown>][] = [
    ["database", () => sql`SELECT 1`.execute(db)],
    ["indexer", () => db.selectFrom("indexer.chain_head").select("chain_id").execute()],
    ...chains.map((chain): [string, () => Promise<unknown>] => [`chain ${chain.chainId}`, () => checkChain(chain)]),
    ...keys.map((slot): [string, () => Promise<unknown>] => [slot.name, () => slot.check()]),
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
