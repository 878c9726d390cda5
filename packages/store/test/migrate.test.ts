import { createHash } from "node:crypto";
import { expect } from "chai";
import { sql } from "kysely";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import {
  connect,
  type Migration,
  MigrationFailedError,
  MigrationHistoryError,
  migrate,
  readMigrations,
  type Store,
} from "../src/index.ts";

const migration = (name: string, text: string): Migration => ({
  name,
  sql: text,
  checksum: createHash("sha256").update(text).digest("hex"),
});

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("migrate", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let db: Store;

  beforeEach(async () => {
    database = await freshDatabase();
    db = connect({ databaseUrl: database.url });
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  const tables = async () =>
    (
      await sql<{
        name: string;
      }>`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'keystone'`.execute(db)
    ).rows.map((row) => row.name);

  it("applies everything once, however many processes start at the same time", async () => {
    const shipped = (await readMigrations()).map((entry) => entry.name);
    const results = await Promise.all([1, 2, 3].map(() => migrate({ databaseUrl: database.url })));
    expect(results.flat()).to.deep.equal(shipped);
    expect(await migrate({ databaseUrl: database.url })).to.deep.equal([]);
    expect(await tables()).to.include.members(["settlement", "intent", "chain_transaction"]);
  });

  it("makes of a database of any earlier version what it makes of an empty one", async () => {
    const shipped = await readMigrations();
    const look = async (url: string) => {
      const other = connect({ databaseUrl: url });
      try {
        const { rows } = await sql<{ line: string }>`
          SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) AS line
            FROM information_schema.columns WHERE table_schema = 'keystone'
          UNION ALL SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid))
            FROM pg_constraint WHERE connamespace = 'keystone'::regnamespace
          UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'keystone'
          ORDER BY 1`.execute(other);
        return rows.map(({ line }) => line);
      } finally {
        await other.destroy();
      }
    };
    await migrate({ databaseUrl: database.url });
    const whole = await look(database.url);
    expect(whole.length).to.be.greaterThan(200);
    for (const count of shipped.keys()) {
      const earlier = await freshDatabase();
      try {
        await migrate({ databaseUrl: earlier.url, migrations: shipped.slice(0, count) });
        await migrate({ databaseUrl: earlier.url });
        expect(await look(earlier.url), `from ${count} migrations`).to.deep.equal(whole);
      } finally {
        await earlier.drop();
      }
    }
  });

  it("refuses an applied migration whose text has changed, and changes nothing", async () => {
    const first = migration("0001_a.sql", "CREATE TABLE a (id int)");
    await migrate({ databaseUrl: database.url, migrations: [first] });
    const changed = [
      migration("0001_a.sql", "CREATE TABLE a (id bigint)"),
      migration("0002_b.sql", "CREATE TABLE b (id int)"),
    ];
    const error = await rejection(migrate({ databaseUrl: database.url, migrations: changed }));
    expect(error).to.be.instanceOf(MigrationHistoryError);
    expect((error as Error).message).to.equal("0001_a.sql was changed after it had been applied");
    expect(await tables()).to.not.include("b");
  });

  it("refuses a database that has had a migration which is not shipped, or one slipped in before it", async () => {
    const a = migration("0001_a.sql", "CREATE TABLE a (id int)");
    const c = migration("0003_c.sql", "CREATE TABLE c (id int)");
    await migrate({ databaseUrl: database.url, migrations: [a, c] });
    const gone = await rejection(migrate({ databaseUrl: database.url, migrations: [a] }));
    const slipped = await rejection(
      migrate({ databaseUrl: database.url, migrations: [a, migration("0002_b.sql", "CREATE TABLE b (id int)"), c] }),
    );
    expect((gone as Error).message).to.equal("The database has had 0003_c.sql, which is not shipped here");
    expect((slipped as Error).message).to.equal("The database has had 0003_c.sql, which is out of order here");
    expect(await tables()).to.not.include("b");
  });

  it("rolls a failing migration back whole and keeps the ones before it", async () => {
    const error = await rejection(
      migrate({
        databaseUrl: database.url,
        migrations: [
          migration("0001_a.sql", "CREATE TABLE a (id int)"),
          migration("0002_b.sql", "CREATE TABLE b (id int); CREATE TABLE b (id int)"),
        ],
      }),
    );
    expect(error).to.be.instanceOf(MigrationFailedError);
    expect((error as Error).message).to.contain("0002_b.sql");
    expect(await tables())
      .to.include("a")
      .and.not.include("b");
  });
});
