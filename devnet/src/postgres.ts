import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, escapeIdentifier } from "pg";
import { DevnetError } from "./errors.ts";
import { freePort } from "./ports.ts";
import { findInstallation, type Installation } from "./postgres/binaries.ts";
import { release, watchOver } from "./process/guard.ts";
import { commandLine, isAlive } from "./process/identity.ts";
import { stopProcess } from "./process/stop.ts";

export interface PostgresOptions {
  /** Folder of this cluster: `cluster/`, `password` (mode 0600) and `postgres.log`. Created when absent, kept when present. */
  dir: string;
  /** TCP port on 127.0.0.1; a free one by default. */
  port?: number;
  /** Database that `url` names; created when absent. */
  database?: string;
  /** False trades safety against a power cut for speed; a killed process loses nothing either way. */
  fsync?: boolean;
  /** Where the server logs; `dir`/postgres.log by default. */
  logFile?: string;
}

export interface Postgres {
  /** Connection string with user, password and database. */
  url: string;
  port: number;
  process: ChildProcess;
  /** Resolves when the server process has ended, for whatever reason. */
  exited: Promise<void>;
  /** Ends open sessions and shuts down; returns when the server is gone. */
  stop: () => Promise<void>;
}

/**
 * Starts the PostgreSQL that npm installed. The cluster is initialised once; after a kill -9 the next start recovers it.
 * As root the server runs as the user `postgres`, which is created when absent.
 *
 * @throws DevnetError PostgresNotInstalled, PostgresNeedsUser, PostgresInitFailed, PostgresStartFailed.
 * @example
 * const { url, stop } = await startPostgres({ dir: ".keystone/postgres" });
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true });
  const installation = findInstallation();
  const cluster = join(installation.clusterDir(dir), "cluster");
  const port = options.port ?? (await freePort());
  const password = await initialise(installation, dir, cluster);
  await endForgotten(cluster);

  const logFile = options.logFile ?? join(dir, "postgres.log");
  const url = (database: string) => `postgres://keystone:${password}@127.0.0.1:${port}/${database}`;
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    max_connections: "200",
    fsync: options.fsync === false ? "off" : "on",
    jit: "off",
    log_min_messages: "warning",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = await launch(installation, ["-D", cluster, ...flags], logFile, url("postgres"));
  const pid = child.pid as number;
  const exited = new Promise<void>((done) => {
    if (child.exitCode !== null || child.signalCode !== null) done();
    else child.once("exit", () => done());
  });
  void exited.then(() => release(pid));
  const database = options.database ?? "keystone";
  await createDatabase(url("postgres"), database);
  return {
    url: url(database),
    port,
    process: child,
    exited,
    // SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything is written.
    stop: () => stopProcess(pid, "SIGINT", 10_000).then(() => exited),
  };
}

/** Creates the cluster if there is none yet; returns the password of its only user. */
async function initialise(installation: Installation, dir: string, cluster: string): Promise<string> {
  const passwordFile = join(dir, "password");
  if (existsSync(join(cluster, "PG_VERSION")) && existsSync(passwordFile))
    return readFileSync(passwordFile, "utf8").trim();
  const password = randomBytes(18).toString("base64url");
  // A cluster becomes visible under its name only when complete, so that an interrupted start is repeated from the beginning.
  const partial = `${cluster}.new`;
  rmSync(partial, { recursive: true, force: true });
  rmSync(cluster, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true, mode: 0o700 });
  const given = `${cluster}.password`;
  writeFileSync(given, `${password}\n`, { mode: 0o600 });
  const { owner } = installation;
  if ("uid" in owner) for (const path of [partial, given]) chownSync(path, owner.uid as number, owner.gid as number);
  const flags = [
    "--username=keystone",
    "--auth=scram-sha-256",
    `--pwfile=${given}`,
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
  ];
  const initdb = spawn(installation.initdb, [`--pgdata=${partial}`, ...flags], {
    ...owner,
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [initdb.stdout, initdb.stderr]) stream.on("data", (chunk) => (output += chunk));
  const code = await new Promise<number | null>((done, fail) => initdb.once("error", fail).once("close", done));
  rmSync(given, { force: true });
  if (code !== 0) throw new DevnetError("PostgresInitFailed", `initdb ended with ${code}: ${output.trim()}`);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  renameSync(partial, cluster);
  return password;
}

/** A server that outlived its world (both world and guard were killed) still holds the cluster: it is ended first. */
async function endForgotten(cluster: string): Promise<void> {
  const file = join(cluster, "postmaster.pid");
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, "utf8").split("\n")[0]);
  const command = Number.isInteger(pid) && isAlive(pid) ? commandLine(pid) : null;
  if (command?.includes(cluster)) await stopProcess(pid, "SIGINT", 10_000);
  // The id may have been given to another process since; PostgreSQL would take that for a running server.
  else if (process.platform === "linux") rmSync(file, { force: true });
}

/** Starts the server and waits until it takes connections. */
async function launch(installation: Installation, args: string[], logFile: string, url: string): Promise<ChildProcess> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const log = openSync(logFile, "a");
    const child = spawn(installation.postgres, args, {
      ...installation.owner,
      cwd: "/",
      detached: true,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    let failure: Error | null = null;
    child.once("error", (error) => {
      failure = error;
    });
    if (child.pid !== undefined) watchOver(child.pid, "SIGINT", 10_000);
    while (child.exitCode === null && child.signalCode === null && failure === null) {
      if (await connects(url)) {
        return child;
      }
      if (performance.now() > deadline) break;
      await sleep(25);
    }
    if (child.pid !== undefined) {
      await stopProcess(child.pid, "SIGQUIT", 2_000);
      release(child.pid);
    }
    const said = readFileSync(logFile, "utf8").trim().split("\n").slice(-3).join(" ");
    // After a kill -9 the old server's children need a moment to notice, and hold its shared memory until then.
    const wait = /shared memory|lock file/.test(said) && performance.now() < deadline;
    if (!wait) throw new DevnetError("PostgresStartFailed", `PostgreSQL did not start: ${said}`, { cause: failure });
    await sleep(100);
  }
}

async function connects(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function createDatabase(url: string, name: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (!rowCount) await client.query(`CREATE DATABASE ${escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
