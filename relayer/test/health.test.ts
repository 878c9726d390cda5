import { connect, migrate, type Store } from "@keystoneos/store";
import { expect } from "chai";
import { sql } from "kysely";
import { freshDatabase, type TestDatabase } from "../../test/support/database.ts";
import { SignerUnavailable } from "../src/errors.ts";
import { type Health, serveHealth } from "../src/health.ts";
import { Loop } from "../src/loop.ts";
import { createMetrics } from "../src/metrics.ts";
import { chainAt, startTestChain, type TestChain } from "./support/chain.ts";
import { A } from "./support/facts.ts";

describe("health", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let db: Store;
  let chain: TestChain;
  let loop: Loop;
  let health: Health;
  let signs: () => Promise<void>;
  const at = (seconds: number) => new Date(Date.now() - seconds * 1000);
  const [publishedAt, importedAt] = [at(7200), at(3600)];
  const lists = () => [{ list: "EU" as const, publishedAt, importedAt }];
  let warnings: string[];

  beforeEach(async () => {
    [database, chain] = await Promise.all([freshDatabase(), startTestChain()]);
    await migrate({ databaseUrl: database.url });
    db = connect({ databaseUrl: database.url });
    signs = async () => undefined;
    warnings = [];
    loop = new Loop(async () => undefined, 50);
    health = await serveHealth("127.0.0.1", 0, {
      db,
      chains: [chain.chain],
      keys: [{ name: "RELAYER_KEYS, entry 2", check: () => signs() }],
      loop,
      registry: createMetrics(db, lists).registry,
      lists,
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
    return {
      status: response.status,
      body: (await response.json()) as { status: string; failing?: string[]; degraded?: string[] },
    };
  };

  const metrics = async () => (await fetch(`http://127.0.0.1:${health.port}/metrics`)).text();

  it("is ready while a quorum is left, and names the node that is not", async () => {
    await health.close();
    const other = await startTestChain();
    await other.client.request({ method: "anvil_setChainId", params: [5] } as never);
    const watched = chainAt([chain.url, other.url, `${chain.url}/?again`], A);
    health = await serveHealth("127.0.0.1", 0, {
      db,
      chains: [watched],
      keys: [],
      loop,
      registry: createMetrics(db, lists).registry,
      lists,
      warnings: async () => [],
    });
    const { failing, degraded } = (await get("/ready")).body;
    expect(failing?.filter((line) => line.startsWith("chain"))).to.deep.equal([]);
    expect(degraded).to.deep.equal([`chain 11155111: ${new URL(other.url).host} is of chain 5`]);
    await other.stop();
  });

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

  it("is ready when database, views, node, keys and reconciler answer, and says when one does no more", async () => {
    await sql`CREATE SCHEMA indexer`.execute(db);
    await sql`CREATE VIEW indexer.chain_head
      AS SELECT 1::int8 AS chain_id, 5::int8 AS block_number, 1::int8 AS block_timestamp`.execute(db);
    loop.start();
    while (loop.lastPass === null) await new Promise((resolve) => setImmediate(resolve));
    const sanctions_lists = [
      { list: "EU", published_at: publishedAt.toISOString(), imported_at: importedAt.toISOString() },
    ];
    expect(await get("/ready")).to.deep.equal({ status: 200, body: { status: "ok", sanctions_lists } });
    const asked = Date.now();
    const text = await metrics();
    for (const [since, date] of [
      ["publication", publishedAt],
      ["import", importedAt],
    ] as const) {
      const line = new RegExp(`^keystone_sanctions_list_age_seconds\\{list="EU",since="${since}"\\} (.*)$`, "m");
      const seconds = Number(line.exec(text)?.[1]);
      expect(seconds).to.be.within((asked - Number(date)) / 1000 - 1, (Date.now() - Number(date)) / 1000);
    }
    expect(await metrics()).to.match(/^keystone_indexer_lag_seconds\{chain_id="1"\} [0-9]+$/m);
    signs = async () => {
      throw new SignerUnavailable("AWS KMS: ThrottlingException");
    };
    expect((await get("/ready")).body.failing).to.deep.equal(["RELAYER_KEYS, entry 2: AWS KMS: ThrottlingException"]);
    signs = async () => undefined;
    warnings = ["chain 1: the gas budget of a day is spent or reserved"];
    expect(await get("/ready")).to.deep.equal({ status: 200, body: { status: "ok", warnings, sanctions_lists } });
    await chain.client.request({ method: "anvil_setChainId", params: [5] } as never);
    expect((await get("/ready")).body.failing).to.deep.equal([
      `chain 11155111: RPC_URLS_11155111: 0 of 1 nodes can be used, 1 must (${new URL(chain.url).host} is of chain 5)`,
    ]);
  });
});
