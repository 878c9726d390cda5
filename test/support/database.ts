import { randomBytes } from "node:crypto";
import pg from "pg";
import { type PostgresServer, startThrowAwayPostgres } from "./postgres.ts";

export interface TestDatabase {
  /** Connection string of a database that is empty and nobody else's. */
  url: string;
  /** Removes the database, ending whatever connections are left. */
  drop(): Promise<void>;
}

let embedded: Promise<PostgresServer> | undefined;

/**
 * Creates an empty database on a real PostgreSQL: on the server of `TEST_DATABASE_URL`, else on an embedded one that the whole
 * test process shares and that ends with it.
 */
export async function freshDatabase(): Promise<TestDatabase> {
  const server = await serverUrl();
  const name = `test_${randomBytes(8).toString("hex")}`;
  await administer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function serverUrl(): Promise<string> {
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined && given !== "") return given;
  embedded ??= startThrowAwayPostgres();
  return (await embedded).url;
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

// A root hook of mocha: the server must be gone when the last test is, or the process never ends.
if (typeof globalThis.after === "function") {
  after(async function () {
    this.timeout(30_000);
    const server = await embedded?.catch(() => undefined);
    await server?.stop();
  });
}
