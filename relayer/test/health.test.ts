import { connect, migrate, type Store } from "@keystoneos/store";
import { expect } from "chai";
import { sql } from "kysely";
import { freshDatabase, type TestDatabase } from "../../test/support/database.ts";
import { type Health, serveHealth } from "../src/health.ts";
import { Loop } from "../src/loop.ts";
import { createMetrics } from "../src/metrics.ts";
import { startTestChain, type TestChain } from "./support/chain.ts";

describe("health", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let db: Store;
  let chain: TestChain;
  let loop: Loop;
  let health: Health;
  let warnings: string[];

  beforeEach(async () => {
    [database, chain] = await Promise.all([freshDatabase(), startTestChain()]);
    await migrate({ databaseUrl: database.url });
    db = connect({ databaseUrl: database.url });
    warnings = [];
    loop = new Loop(async () => undefined, 50);
    health = await serveHealth("127.0.0.1", 0, {
      db,
      chains: [chain.chain],
      loop,
      registry: createMetrics(db).registry,
      warnings: async () => warnings,
    });
  });
  afterEach(async () => {
    await loop.stop();
    await health.close();
    await db.destroy();
    await Promise.all([chain.stop(), database.drop()]);
  });

  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${health.port}${path}`);
    return { status: response.status, body: (await response.json()) as { status: string; failing?: string[] } };
  };

  const metrics = async () => (await fetch(`http://127.0.0.1:${health.port}/metrics`)).text();

  it("lives while nothing else does, and names what is not ready", async () => {
    expect(await get("/health")).to.deep.equal({ status: 200, body: { status: "ok" } });
    const { status, body } = await get("/ready");
    expect(status).to.equal(503);
    // What cannot be read is not shown, and takes nothing else with it.
    expect(await metrics())
      .to.match(/^keystone_oldest_open_intent_seconds 0$/m)
      .and.match(/^process_cpu_seconds_total /m);
    expect(await metrics()).to.not.match(/^keystone_indexer_lag_seconds\{/m);
    expect(body.failing?.map((line) => line.split(":")[0])).to.deep.equal(["indexer", "reconciler"]);
  });

  it("is ready when database, views, node and reconciler answer, and says when the node does no more", async () => {
    await sql`CREATE SCHEMA indexer`.execute(db);
    await sql`CREATE VIEW indexer.chain_head
      AS SELECT 1::int8 AS chain_id, 5::int8 AS block_number, 1::int8 AS block_timestamp`.execute(db);
    loop.start();
    while (loop.lastPass === null) await new Promise((resolve) => setImmediate(resolve));
    expect(await get("/ready")).to.deep.equal({ status: 200, body: { status: "ok" } });
    expect(await metrics()).to.match(/^keystone_indexer_lag_seconds\{chain_id="1"\} [0-9]+$/m);
    warnings = ["chain 1: the gas budget of a day is spent or reserved"];
    expect(await get("/ready")).to.deep.equal({ status: 200, body: { status: "ok", warnings } });
    await chain.client.request({ method: "anvil_setChainId", params: [5] } as never);
    expect((await get("/ready")).body.failing).to.deep.equal([
      "chain 11155111: RPC_URL_11155111: the node is of chain 5",
    ]);
  });
});
