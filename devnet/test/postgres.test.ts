import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Client } from "pg";
import { type Postgres, startPostgres } from "../src/postgres.ts";
import { isAlive } from "../src/process/identity.ts";
import { temporaryFolder } from "./support/folder.ts";
import { runScript } from "./support/script.ts";
import { until } from "./support/until.ts";

describe("embedded PostgreSQL", function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const { dir } = folder;
  let server: Postgres | null = null;

  const start = async () => {
    server = await startPostgres({ dir, fsync: false });
    return server;
  };
  after(async () => {
    await server?.stop();
    folder.remove();
  });

  it("keeps what was committed when it is stopped and started", async () => {
    const first = await start();
    await query(first.url, "CREATE TABLE kept (word text)");
    await query(first.url, "INSERT INTO kept VALUES ('stopped')");
    await first.stop();
    const second = await start();
    expect(await words(second.url)).to.deep.equal(["stopped"]);
  });

  it("keeps what was committed when it is killed", async () => {
    const before = server as Postgres;
    await query(before.url, "INSERT INTO kept VALUES ('killed')");
    process.kill(before.process.pid as number, "SIGKILL");
    await before.exited;
    const after = await start();
    expect(await words(after.url)).to.deep.equal(["killed", "stopped"]);
  });

  it("starts when its old process id belongs to another process by now", async () => {
    const before = server as Postgres;
    process.kill(before.process.pid as number, "SIGKILL");
    await before.exited;
    const pidFile = join(dir, "cluster", "postmaster.pid");
    writeFileSync(pidFile, readFileSync(pidFile, "utf8").replace(/^\d+/, String(process.pid)));
    const after = await start();
    expect(await words(after.url)).to.deep.equal(["killed", "stopped"]);
  });

  it("has a password of its own that only its owner may read", async () => {
    const { url } = server as Postgres;
    expect(statSync(join(dir, "password")).mode & 0o777).to.equal(0o600);
    const wrong = new URL(url);
    wrong.password = "password";
    const refused = await query(wrong.href, "SELECT 1").catch((error: { code: string }) => error.code);
    expect(refused).to.equal("28P01");
  });

  it("ends with the process that started it, even when that is killed", async () => {
    const other = temporaryFolder();
    const script = runScript(`
      import { startPostgres } from "SOURCES/postgres.ts";
      const server = await startPostgres({ dir: ${JSON.stringify(other.dir)}, fsync: false });
      console.log("pid " + server.process.pid);
      setInterval(() => {}, 1000);
    `);
    const line = await until("the server's pid", () => script.lines.find((text) => text.startsWith("pid ")));
    const pid = Number(line.slice(4));
    expect(isAlive(pid)).to.equal(true);
    script.child.kill("SIGKILL");
    await until("the server's end", () => !isAlive(pid));
    other.remove();
  });
});

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

async function words(url: string): Promise<string[]> {
  return ((await query(url, "SELECT word FROM kept ORDER BY word")) as { word: string }[]).map(({ word }) => word);
}
