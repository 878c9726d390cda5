import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { z } from "zod";
import { fromEnvironment } from "../src/environment.ts";
import { freePort } from "../src/ports.ts";
import { isAlive, startMark } from "../src/process/identity.ts";
import { lockFolder } from "../src/process/lock.ts";
import { startNodeProcess } from "../src/process/node-process.ts";
import { type Running, Supervisor, type Unit } from "../src/process/supervisor.ts";
import { failure } from "./support/error.ts";
import { temporaryFolder } from "./support/folder.ts";
import { runScript } from "./support/script.ts";
import { until } from "./support/until.ts";

/** A process that answers on a port, and can be told to fail at its start. */
const SERVER = `
  import { createServer } from "node:http";
  import { existsSync } from "node:fs";
  if (existsSync(process.env.BROKEN)) { console.error("broken on purpose"); process.exit(1); }
  createServer((_, response) => response.end("ok")).listen(Number(process.env.PORT), "127.0.0.1");
`;

describe("the supervisor", function () {
  this.timeout(60_000);
  const { dir, remove } = temporaryFolder();
  const script = join(dir, "server.mjs");
  const broken = join(dir, "broken");
  const events: string[] = [];
  let pids: number[] = [];
  let supervisor: Supervisor;

  const unit = (name: string, port: number): Unit => ({
    name,
    start: () =>
      startNodeProcess({
        name,
        command: [script],
        cwd: dir,
        env: { PORT: String(port), BROKEN: broken },
        logFile: join(dir, `${name}.log`),
        readyUrl: `http://127.0.0.1:${port}/`,
      }),
  });

  before(async () => {
    writeFileSync(script, SERVER);
    supervisor = new Supervisor(
      (text) => events.push(text),
      (now) => {
        pids = now;
      },
    );
    await supervisor.start(unit("first", await freePort()));
    await supervisor.start(unit("second", await freePort()));
  });
  after(async () => {
    await supervisor.stop();
    remove();
  });

  it("starts again what was killed, and counts it", async () => {
    const before = supervisor.pid("first") as number;
    await supervisor.crash("first", "SIGKILL");
    await supervisor.ready("first");
    const after = supervisor.pid("first") as number;
    expect(after).to.not.equal(before);
    expect(isAlive(before)).to.equal(false);
    expect(isAlive(after)).to.equal(true);
    expect(supervisor.restarts("first")).to.equal(1);
    expect(supervisor.restarts("second")).to.equal(0);
    expect(events).to.include("first ended, starting it again").and.to.include("first is back");
    expect(pids).to.include(after).and.to.not.include(before);
  });

  it("goes on trying while it does not come back", async () => {
    writeFileSync(broken, "");
    const count = supervisor.restarts("first");
    await supervisor.crash("first", "SIGKILL");
    await until("two failed attempts", () => supervisor.restarts("first") >= count + 2);
    rmSync(broken);
    await supervisor.ready("first");
    expect(
      events.some((text) => text.includes("does not come back yet") && text.includes("broken on purpose")),
    ).to.equal(true);
  });

  it("leaves down what it was told to hold, until it is told otherwise", async () => {
    await supervisor.hold("second");
    expect(supervisor.pid("second")).to.equal(null);
    expect(await failure("ProcessHeld", () => supervisor.ready("second"))).to.include("second");
    await supervisor.resume("second");
    expect(supervisor.pid("second")).to.be.a("number");
  });

  it("fails the first start of what cannot start, with its last words", async () => {
    writeFileSync(broken, "");
    const other = new Supervisor(
      () => {},
      () => {},
    );
    const port = await freePort();
    expect(await failure("ProcessFailed", () => other.start(unit("third", port)))).to.include("broken on purpose");
    rmSync(broken);
    await other.stop();
  });

  it("knows no process of another name", async () => {
    expect(await failure("UnknownProcess", () => supervisor.crash("fourth", "SIGKILL"))).to.include("fourth");
  });

  it("ends everything, the youngest first, and starts nothing more", async () => {
    const order: string[] = [];
    const watched = new Supervisor(
      () => {},
      () => {},
    );
    const fake = (name: string): Unit => ({
      name,
      start: async (signal): Promise<Running> => {
        const real = await unit(name, await freePort()).start(signal);
        return { ...real, stop: () => real.stop().then(() => void order.push(name)) };
      },
    });
    for (const name of ["a", "b", "c"]) await watched.start(fake(name));
    const pids = ["a", "b", "c"].map((name) => watched.pid(name) as number);
    await watched.stop();
    expect(order).to.deep.equal(["c", "b", "a"]);
    expect(pids.map(isAlive)).to.deep.equal([false, false, false]);
    await failure("WorldStopped", () => watched.start(fake("d")));
  });
});

describe("the folder of a world", function () {
  this.timeout(60_000);

  it("is for one world at a time, and free again when that ends", async () => {
    const { dir, remove } = temporaryFolder();
    const other = runScript(`
      import { lockFolder } from "SOURCES/process/lock.ts";
      const lock = await lockFolder(${JSON.stringify(dir)});
      console.log("locked");
      process.on("SIGTERM", () => { lock.release(); process.exit(0); });
      setInterval(() => {}, 1000);
    `);
    await until("the other's lock", () => other.lines.includes("locked"));
    const message = await failure("WorldRunning", () => lockFolder(dir));
    expect(message).to.include(String(other.pid)).and.to.include("KEYSTONE_DIR");
    other.child.kill("SIGTERM");
    await other.ended;
    const lock = await lockFolder(dir);
    lock.release();
    remove();
  });

  it("is taken over from a world that was killed, and what that left running is ended", async () => {
    const { dir, remove } = temporaryFolder();
    const left = runScript(`console.log("running"); setInterval(() => {}, 1000);`);
    const stranger = runScript(`console.log("running"); setInterval(() => {}, 1000);`);
    await until("both", () => left.lines.length > 0 && stranger.lines.length > 0);
    const killed = runScript(`
      import { lockFolder } from "SOURCES/process/lock.ts";
      const lock = await lockFolder(${JSON.stringify(dir)});
      lock.remember([${left.pid}]);
      console.log("locked");
      setInterval(() => {}, 1000);
    `);
    await until("the lock", () => killed.lines.includes("locked"));
    killed.child.kill("SIGKILL");
    await killed.ended;
    // An id that by now belongs to another process: it is not ours to end.
    const file = join(dir, "processes.json");
    const remembered = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify([...remembered, { pid: stranger.pid, mark: "1" }]));
    const lock = await lockFolder(dir);
    expect(isAlive(left.pid)).to.equal(false);
    expect(isAlive(stranger.pid)).to.equal(true);
    stranger.child.kill("SIGKILL");
    lock.release();
    remove();
  });
});

describe("a process' identity", () => {
  it("tells a living process from one that is gone", async () => {
    expect(isAlive(process.pid)).to.equal(true);
    expect(startMark(process.pid)).to.equal(startMark(process.pid));
    const script = runScript("");
    await script.ended;
    expect(isAlive(script.pid)).to.equal(false);
    expect(startMark(script.pid)).to.equal(null);
  });
});

describe("an environment variable", () => {
  const schema = z.object({ PORT: z.coerce.number().int().min(1), KEY: z.string().min(3) });

  it("is read by its schema", () => {
    expect(fromEnvironment(schema, { PORT: "7", KEY: "abc", OTHER: "x" })).to.deep.equal({ PORT: 7, KEY: "abc" });
  });

  it("is named when it is missing, empty or wrong, and its value is not shown", async () => {
    expect(await failure("ConfigurationError", () => fromEnvironment(schema, { PORT: "7" }))).to.equal(
      "KEY is missing",
    );
    expect(await failure("ConfigurationError", () => fromEnvironment(schema, { PORT: "7", KEY: "" }))).to.equal(
      "KEY is missing",
    );
    const message = await failure("ConfigurationError", () => fromEnvironment(schema, { PORT: "secret", KEY: "abc" }));
    expect(message).to.include("PORT").and.to.not.include("secret");
  });
});
