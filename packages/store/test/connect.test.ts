import { expect } from "chai";
import { sql } from "kysely";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { connect, migrate, type Store, sqlState, transaction } from "../src/index.ts";

describe("connect", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let db: Store;

  before(async () => {
    database = await freshDatabase();
    await migrate({ databaseUrl: database.url });
    db = connect({ databaseUrl: database.url, indexerSchema: "other_views" });
  });
  after(async () => {
    await db.destroy();
    await database.drop();
  });

  it("reads int8 as bigint, numeric as the string it is and timestamptz as a Date of whole milliseconds", async () => {
    const { rows } = await sql`SELECT 9007199254740993::int8 AS i, ${2n ** 255n}::numeric(78,0) AS n,
      '2026-04-01T00:00:00.123Z'::timestamptz(3) AS t, ARRAY[1, 2]::smallint[] AS s`.execute(db);
    expect(rows[0]).to.deep.equal({
      i: 9007199254740993n,
      n: (2n ** 255n).toString(),
      t: new Date("2026-04-01T00:00:00.123Z"),
      s: [1, 2],
    });
  });

  it("leaves pg's own parsers alone for everybody else", async () => {
    const { default: pg } = await import("pg");
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query("SELECT 1::int8 AS i");
    await client.end();
    expect(rows).to.deep.equal([{ i: "1" }]);
  });

  it("reads the indexer's views from the configured schema", async () => {
    await sql`CREATE SCHEMA other_views`.execute(db);
    await sql`CREATE VIEW other_views.chain_head AS SELECT 84532::int8 AS chain_id, 7::int8 AS block_number,
      NULL::text AS block_hash, 8::int8 AS block_timestamp`.execute(db);
    expect(
      await db.selectFrom("indexer.chain_head").selectAll().where("indexer.chain_head.chain_id", "=", 84532n).execute(),
    ).to.deep.equal([{ chain_id: 84532n, block_number: 7n, block_hash: null, block_timestamp: 8n }]);
  });

  it("outlives a connection that is lost in the middle of a transaction", async () => {
    const failure = await transaction(db, async (trx) => {
      const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(trx);
      await sql`SELECT pg_terminate_backend(${rows[0]?.pid})`.execute(db);
      // The notice arrives while no query is under way: nobody but a listener of the connection hears it.
      await new Promise((resolve) => setTimeout(resolve, 100));
      await sql`SELECT 1`.execute(trx);
    }).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
    expect((await sql`SELECT 1 AS one`.execute(db)).rows).to.deep.equal([{ one: 1 }]);
  });

  it("takes the locks of a transaction that has fallen silent", async () => {
    await sql`CREATE TABLE locked (id int8 PRIMARY KEY)`.execute(db);
    await sql`INSERT INTO locked VALUES (1)`.execute(db);
    const silent = connect({ databaseUrl: database.url, idleTransactionMs: 200 });
    let taken: unknown;
    const failure = await transaction(silent, async (trx) => {
      await sql`SELECT id FROM locked FOR UPDATE`.execute(trx);
      // Waits for the lock, which nobody gives back.
      taken = (await sql`UPDATE locked SET id = 2 RETURNING id`.execute(db)).rows;
      await sql`UPDATE locked SET id = 3`.execute(trx);
    }).catch((error: unknown) => error);
    expect(taken).to.deep.equal([{ id: 2n }]);
    expect(failure).to.be.instanceOf(Error);
    expect((await sql`SELECT id FROM locked`.execute(db)).rows).to.deep.equal([{ id: 2n }]);
    await silent.destroy();
  });

  it("retries a transaction that lost a serialization race, and every increment counts", async () => {
    await sql`CREATE TABLE counter (value int8 NOT NULL)`.execute(db);
    await sql`INSERT INTO counter VALUES (0)`.execute(db);
    await Promise.all(
      Array.from({ length: 4 }, () =>
        transaction(
          db,
          async (trx) => {
            const { rows } = await sql<{ value: bigint }>`SELECT value FROM counter`.execute(trx);
            await sql`UPDATE counter SET value = ${(rows[0]?.value ?? 0n) + 1n}`.execute(trx);
          },
          { isolation: "serializable", retries: 50 },
        ),
      ),
    );
    const { rows } = await sql`SELECT value FROM counter`.execute(db);
    expect(rows).to.deep.equal([{ value: 4n }]);
  });

  it("undoes everything when the work throws, and passes the error on", async () => {
    const error = await transaction(db, async (trx) => {
      await trx.insertInto("keystone.trade_reference").values({ reference: "KS-1" }).execute();
      throw new Error("no");
    }).catch((thrown: unknown) => thrown);
    expect((error as Error).message).to.equal("no");
    expect(await db.selectFrom("keystone.trade_reference").selectAll().execute()).to.deep.equal([]);
  });

  it("refuses to give one nonce of a signer to two transactions", async () => {
    const row = (hash: string, nonce: number) => ({
      chain_id: 1,
      signer: "0x01" as const,
      nonce,
      settlement_id: null,
      kind: "create" as const,
      to_address: "0x02" as const,
      data: "0x" as const,
      gas_limit: 1n,
      max_fee_per_gas: 1n,
      max_priority_fee_per_gas: 1n,
      raw: "0x" as const,
      hash: hash as `0x${string}`,
    });
    await db.insertInto("keystone.chain_transaction").values(row("0xa", 0)).execute();
    const error = await db
      .insertInto("keystone.chain_transaction")
      .values(row("0xb", 0))
      .execute()
      .catch((thrown: unknown) => thrown);
    expect(sqlState(error)).to.equal("23505");
  });
});
