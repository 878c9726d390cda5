import { expect } from "chai";
import { sql } from "kysely";
import { type PostgresServer, startThrowAwayPostgres } from "../../../test/support/postgres.ts";
import { connect } from "../src/index.ts";

describe("a restart of Postgres", function () {
  this.timeout(60_000);
  let server: PostgresServer;
  beforeEach(async () => {
    server = await startThrowAwayPostgres();
  });
  afterEach(() => server.stop());

  it("ends no pool: it tells of the connections that were idle, and makes others", async () => {
    const told = Promise.withResolvers<Error>();
    const db = connect({ databaseUrl: server.url, onError: told.resolve });
    await sql`SELECT 1`.execute(db);
    await server.halt();
    expect(await told.promise).to.be.an("error");
    await server.resume();
    const { rows } = await sql<{ one: number }>`SELECT 1 AS one`.execute(db);
    expect(rows).to.deep.equal([{ one: 1 }]);
    await db.destroy();
  });
});
