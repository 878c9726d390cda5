import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ConfigError, readConfig } from "../src/config.ts";
import { assertPortFree, PortInUseError } from "../start/port.ts";
import { tablesSchema } from "../start/schema-name.ts";
import { startHashes, WrongChainError } from "../start/start-block.ts";
import { COORDINATOR_CHAIN, DEPLOYMENT, OTHER_CHAIN } from "./support/deployment.ts";
import { startIndexer } from "./support/indexer.ts";
import { startProxy } from "./support/proxy.ts";

describe("indexer: configuration", function () {
  this.timeout(30_000);
  let folder: string;
  let environment: Record<string, string>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "keystone-indexer-config-"));
    await writeFile(join(folder, "deployments.json"), JSON.stringify(DEPLOYMENT));
    await writeFile(join(folder, "broken.json"), JSON.stringify({ ...DEPLOYMENT, coordinatorChainId: 1 }));
    environment = {
      DATABASE_URL: "postgres://localhost/keystone",
      DEPLOYMENTS_FILE: join(folder, "deployments.json"),
      [`RPC_URL_${COORDINATOR_CHAIN}`]: "http://127.0.0.1:8545",
      [`RPC_URL_${OTHER_CHAIN}`]: "http://127.0.0.1:8546",
    };
  });

  after(() => rm(folder, { recursive: true }));

  it("has defaults for the local world", () => {
    const config = readConfig(environment);
    expect(config).to.include({
      databaseUrl: "postgres://localhost/keystone",
      viewsSchema: "indexer",
      tablesSchema: undefined,
      port: 42069,
      pollingIntervalMs: 250,
      rpcCache: false,
      logLevel: "info",
    });
    expect(config.deployment.contracts).to.deep.equal(DEPLOYMENT.contracts);
    expect([...config.rpcUrls]).to.deep.equal([
      [COORDINATOR_CHAIN, "http://127.0.0.1:8545"],
      [OTHER_CHAIN, "http://127.0.0.1:8546"],
    ]);
  });

  const faults: [name: string, value: string | undefined][] = [
    ["DATABASE_URL", undefined],
    ["DATABASE_URL", ""],
    ["DATABASE_URL", "mysql://localhost/keystone"],
    ["DEPLOYMENTS_FILE", undefined],
    ["DEPLOYMENTS_FILE", "/nowhere/deployments.json"],
    [`RPC_URL_${OTHER_CHAIN}`, undefined],
    [`RPC_URL_${COORDINATOR_CHAIN}`, "127.0.0.1:8545"],
    ["INDEXER_SCHEMA", "indexer; DROP SCHEMA keystone"],
    ["DATABASE_SCHEMA", 'a"b'],
    ["INDEXER_PORT", "70000"],
    ["INDEXER_PORT", "none"],
    ["INDEXER_POLLING_INTERVAL_MS", "99"],
    ["INDEXER_RPC_CACHE", "yes"],
    ["INDEXER_LOG_LEVEL", "loud"],
  ];
  for (const [name, value] of faults) {
    it(`names ${name} when it is ${value === undefined ? "missing" : JSON.stringify(value)}`, () => {
      const given: NodeJS.ProcessEnv = { ...environment, [name]: value };
      if (value === undefined) delete given[name];
      expect(() => readConfig(given)).to.throw(ConfigError, name);
    });
  }

  it("names the deployment file that holds no deployment", () => {
    const given = { ...environment, DEPLOYMENTS_FILE: join(folder, "broken.json") };
    expect(() => readConfig(given)).to.throw(
      ConfigError,
      /DEPLOYMENTS_FILE: .*broken\.json.*coordinatorChainId|must be one of/,
    );
  });

  it("names everything that is wrong at once", () => {
    expect(() => readConfig({ INDEXER_PORT: "0" })).to.throw(
      ConfigError,
      /DATABASE_URL.*DEPLOYMENTS_FILE.*INDEXER_PORT/,
    );
  });

  it("ends with the variable's name", async () => {
    const indexer = startIndexer({ ...environment, DATABASE_URL: "" });
    expect(await indexer.exited()).to.equal(1);
    expect(JSON.parse(indexer.lines.at(-1) as string)).to.include({
      level: 50,
      error: "ConfigError",
      msg: "DATABASE_URL: is required",
    });
  });

  it("refuses a port that is taken, and does not quietly take the next one", async () => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, listening));
    const { port } = server.address() as { port: number };
    const refusal = await assertPortFree(port).then(
      () => null,
      (error: unknown) => error,
    );
    expect(refusal).to.be.instanceOf(PortInUseError);
    await new Promise((closed) => server.close(closed));
    expect(await assertPortFree(port)).to.equal(undefined);
  });

  it("refuses a node of another chain", async () => {
    const proxy = await startProxy(null, () => ({ result: "0x1" }));
    const config = readConfig({
      ...environment,
      [`RPC_URL_${OTHER_CHAIN}`]: proxy.url,
      [`RPC_URL_${COORDINATOR_CHAIN}`]: proxy.url,
    });
    const refusal = await startHashes(config).then(
      () => null,
      (error: unknown) => error as Error,
    );
    await proxy.close();
    expect(refusal).to.be.instanceOf(WrongChainError);
    expect(refusal?.message).to.match(/RPC_URL_\d+ answers for chain 1/);
  });

  it("names the tables by everything that shapes them", () => {
    const config = readConfig(environment);
    const root = join(import.meta.dirname, "..");
    const hashes = new Map([
      [COORDINATOR_CHAIN, "0x01"],
      [OTHER_CHAIN, "0x02"],
    ] as const);
    const name = tablesSchema(root, config, hashes);
    expect(name).to.match(/^indexer_[0-9a-f]{12}$/);
    expect(tablesSchema(root, { ...config, port: 1, pollingIntervalMs: 999 }, hashes)).to.equal(name);
    expect(tablesSchema(root, config, new Map([...hashes, [OTHER_CHAIN, "0x03"]]))).not.to.equal(name);
    const moved = {
      ...config.deployment,
      contracts: { ...config.deployment.contracts, root: DEPLOYMENT.contracts.escrow },
    };
    expect(tablesSchema(root, { ...config, deployment: moved }, hashes)).not.to.equal(name);
    expect(tablesSchema(join(root, "src"), config, hashes)).not.to.equal(name);
  });
});
