import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../devnet/src/postgres.ts";

export interface PostgresServer {
  /** Connection string of a database on the server; the same after `resume`. */
  url: string;
  /** Shuts the server down, or kills it; every session ends, and what was committed stays. */
  halt(how?: "shutdown" | "kill"): Promise<void>;
  /** Starts what `halt` has ended, at the same place. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a throw-away PostgreSQL of its own on a free port. Nothing of it survives `stop`, nor is anything flushed to disk. */
export async function startThrowAwayPostgres(): Promise<PostgresServer> {
  const dir = await mkdtemp(join(tmpdir(), "keystone-test-"));
  // As root the server runs under another account, which has to reach its files.
  await chmod(dir, 0o755);
  let server = await startPostgres({ dir, fsync: false });
  return {
    url: server.url,
    async halt(how = "shutdown") {
      if (how === "kill") server.process.kill("SIGKILL");
      else await server.stop();
      await server.exited;
    },
    async resume() {
      server = await startPostgres({ dir, fsync: false, port: server.port });
    },
    async stop() {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
