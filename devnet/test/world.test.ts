import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Client } from "pg";
import { freshDatabase } from "../../test/support/database.ts";
import { rpc } from "../src/chains/rpc.ts";
import { DEFAULT_SCOPES } from "../src/issuer/clients.ts";
import { localAccount } from "../src/keys.ts";
import { isAlive } from "../src/process/identity.ts";
import type { WorldClient } from "../src/world/clients.ts";
import { guide } from "../src/world/guide.ts";
import { assertPortsFree, freePorts, type Ports, worldOptionsFrom } from "../src/world/options.ts";
import { accessToken } from "../src/world/token.ts";
import { type ProcessName, startWorld, type World } from "../src/world.ts";
import { failure } from "./support/error.ts";
import { temporaryFolder } from "./support/folder.ts";
import { runScript } from "./support/script.ts";
import { until } from "./support/until.ts";

const PROCESSES: ProcessName[] = [
  "postgres",
  "chain-11155111",
  "chain-84532",
  "issuer",
  "worker",
  "indexer",
  "relayer",
  "api",
  "courier",
  "sandbox",
];

/** Both trades of the printed lines are settled. */
const GUIDE_ENDS = /FINALIZED 0x[0-9a-f]{64}\n.*\nFINALIZED Both sides have what the terms say\s*$/s;

describe("the local world", function () {
  this.timeout(240_000);
  const { dir, remove } = temporaryFolder();
  let ports: Ports;
  let world: World;
  let settled = "";

  const start = async () => {
    world = await startWorld({ dir, ports });
  };
  const tokens = async () => {
    const [first, second] = world.clients;
    return Promise.all([accessToken(world.issuer, first), accessToken(world.issuer, second)]) as Promise<
      [string, string]
    >;
  };
  const ready = async () => {
    const { api, relayer, indexer, worker, issuer, sandbox } = world.urls;
    const urls = [
      `${api}/ready`,
      `${sandbox}/ready`,
      `${relayer}/ready`,
      `${indexer}/ready`,
      `${worker}/health`,
      `${issuer}health`,
    ];
    for (const url of urls) await until(url, async () => (await fetch(url).catch(() => null))?.ok);
  };
  const heights = () =>
    Promise.all(world.chains.map(async ({ rpcUrl }) => Number(await rpc<string>(rpcUrl, "eth_blockNumber"))));

  before(async () => {
    ports = await freePorts();
    await start();
  });
  after(async () => {
    await world.stop();
    remove();
  });

  it("is ready when it says so", async () => {
    await ready();
    for (const name of PROCESSES) expect(isAlive(world.pid(name) as number), name).to.equal(true);
    expect(world.parties).to.have.length.greaterThanOrEqual(12);
    expect(world.parties[0]).to.equal(localAccount("firstParty").address);
  });

  it("gives the clients of integrators what they need alone, and the sandbox's no more than any machine has", async () => {
    const scopes = async (file: string) => {
      const [client] = JSON.parse(readFileSync(join(dir, file), "utf8")) as [WorldClient];
      const payload = (await accessToken(world.issuer, client)).split(".")[1] as string;
      return (JSON.parse(Buffer.from(payload, "base64url").toString()) as { scope: string }).scope.split(" ");
    };
    const own = await scopes("sandbox-client.json");
    const both = await scopes("clients.json");
    expect(own).to.deep.equal(DEFAULT_SCOPES);
    expect(both.filter((scope) => !own.includes(scope))).to.deep.equal([
      "instruments:write",
      "platform:environments:manage",
    ]);
  });

  it("keeps secrets where only their owner reads them", () => {
    for (const file of ["clients.json", "sandbox-client.json", "secrets.json", "session-key.pem"])
      expect(statSync(join(dir, file)).mode & 0o077, file).to.equal(0);
  });

  it("prints lines for a shell that settle a trade", async () => {
    const printed = await shell(guide(world, await tokens()));
    expect(printed).to.match(GUIDE_ENDS);
    settled = /settlement (\S+)/.exec(printed)?.[1] as string;
  });

  it("refuses a second world in its folder, and goes on", async () => {
    const message = await failure("WorldRunning", () => startWorld({ dir, ports: "free" }));
    expect(message).to.include(dir);
    await ready();
  });

  it("brings back every process that is killed, and settles trades as before", async () => {
    for (const name of PROCESSES) {
      const before = world.pid(name);
      await world.crash(name);
      await world.ready(name);
      expect(world.pid(name), name).to.not.equal(before);
      expect(world.restartCount(name), name).to.be.greaterThanOrEqual(1);
    }
    await ready();
    expect(await shell(guide(world, await tokens()))).to.match(GUIDE_ENDS);
  });

  it("leaves a process down when it is told to", async () => {
    await world.kill("relayer");
    expect(world.pid("relayer")).to.equal(null);
    expect(await fetch(`${world.urls.relayer}/health`).catch(() => "down")).to.equal("down");
    await world.start("relayer");
    expect((await fetch(`${world.urls.relayer}/ready`)).ok).to.equal(true);
  });

  it("leaves nothing running when it is stopped", async () => {
    const pids = PROCESSES.map((name) => world.pid(name) as number);
    await world.stop();
    expect(pids.filter(isAlive)).to.deep.equal([]);
    expect(existsSync(join(dir, "world.lock"))).to.equal(false);
  });

  it("knows everything when it is started again, even after it and its guard were killed at one blow", async () => {
    const script = runScript(`
      import { startWorld } from "SOURCES/world.ts";
      await startWorld({ dir: ${JSON.stringify(dir)}, ports: ${JSON.stringify(ports)} });
      console.log("up");
      setInterval(() => {}, 1000);
    `);
    await until("the world", () => script.lines.includes("up") || script.child.exitCode !== null, 120_000);
    expect(script.lines, script.lines.join("\n")).to.include("up");
    const before = await heights();
    const left: { pid: number }[] = JSON.parse(readFileSync(join(dir, "processes.json"), "utf8"));
    expect(left).to.have.length(PROCESSES.length);
    for (const pid of [...guardsOf(script.pid), script.pid]) process.kill(pid, "SIGKILL");
    await script.ended;
    expect(
      left.every(({ pid }) => isAlive(pid)),
      "all are left behind",
    ).to.equal(true);
    await start();
    expect(left.filter(({ pid }) => isAlive(pid))).to.deep.equal([]);
    for (const [i, height] of (await heights()).entries()) expect(height).to.be.at.least(before[i] as number);
    // The indexer takes its newest rows back when it starts, and has them again soon after.
    const [token] = await tokens();
    await until("the settlement", async () => (await stateOf(world, settled, token)) === "FINALIZED");
  });

  it("uses the database it is given, and can be stopped while it starts", async () => {
    await world.stop();
    const database = await freshDatabase();
    const abort = new AbortController();
    const onProgress = (text: string) => {
      if (text.includes("database is ready")) abort.abort();
    };
    const options = { dir, ports, databaseUrl: database.url, signal: abort.signal, onProgress };
    await failure("WorldStopped", () => startWorld(options));
    await assertPortsFree(ports, true);
    expect(existsSync(join(dir, "world.lock"))).to.equal(false);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query("SELECT slug FROM keystone.platform ORDER BY slug");
    expect(rows).to.deep.equal([{ slug: "meridian" }, { slug: "northwind" }, { slug: "sandbox" }]);
    await client.end();
    await database.drop();
  });
});

describe("the options of a world", () => {
  it("are the usual ones when nothing is set", () => {
    const { ports, databaseUrl } = worldOptionsFrom({});
    expect(ports).to.include({
      api: 8000,
      issuer: 8001,
      relayer: 8002,
      worker: 8003,
      courier: 8004,
      sandbox: 8005,
      indexer: 42_069,
    });
    expect((ports as Ports).chains).to.deep.equal({ 11155111: 8545, 84532: 8546 });
    expect(databaseUrl).to.equal(undefined);
  });

  it("are refused by the name of the variable", async () => {
    for (const [name, value] of [
      ["API_PORT", "http"],
      ["CHAIN_PORT_84532", "70000"],
      ["DATABASE_URL", "mysql://localhost/keystone"],
    ] as const) {
      expect(await failure("ConfigurationError", () => worldOptionsFrom({ [name]: value }))).to.include(name);
    }
  });

  it("need ports that nobody uses, and say which variable moves one", async () => {
    const ports = await freePorts();
    const { createServer } = await import("node:net");
    const server = createServer().listen(ports.worker, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const message = await failure("PortInUse", () => assertPortsFree(ports, true));
    expect(message).to.include(String(ports.worker)).and.to.include("WORKER_PORT");
    server.close();
  });
});

/** Runs lines as a person would who pastes them into a shell. */
async function shell(lines: string): Promise<string> {
  const child = spawn("sh", ["-eu"], { stdio: ["pipe", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (printed += chunk));
  child.stdin.end(`${lines}\n`);
  // A trade that does not settle would have the lines wait for ever.
  const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
  const code = await new Promise((resolve) => child.once("close", resolve));
  clearTimeout(timer);
  expect(code, printed).to.equal(0);
  return printed;
}

async function stateOf(world: World, settlement: string, token: string): Promise<string> {
  const response = await fetch(`${world.apiUrl}/settlements/${settlement}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await response.json()) as { state: string }).state;
}

/** The guards that a process has started. */
function guardsOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        const ppid = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
        return ppid === parent && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("guard-main");
      } catch {
        return false;
      }
    });
}
