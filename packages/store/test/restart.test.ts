import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { sql } from "kysely";
import { startPostgres } from "../../../devnet/src/postgres.ts";
import { connect } from "../src/index.ts";

describe("a restart of Postgres", function () {
  this.timeout(60_000);
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "keystone-restart-"));
    // As root the server runs under another account, which has to reach its files.
    await chmod(dir, 0o755);
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it("ends no pool: it tells of the connections that were idle, and makes others", async () => {
    const options = { dir, fsync: false };
    const first = await startPostgres(options);
    const told = Promise.withResolvers<Error>();
    const db = connect({ databaseUrl: first.url, onError: told.resolve });
    await sql`SELECT 1`.execute(db);
    await first.stop();
    expect(await told.promise).to.be.an("error");
    const second = await startPostgres({ ...options, port: first.port });
    const { rows } = await sql<{ one: number }>`SELECT 1 AS one`.execute(db);
    expect(rows).to.deep.equal([{ one: 1 }]);
    await db.destroy();
    await second.stop();
  });
});
