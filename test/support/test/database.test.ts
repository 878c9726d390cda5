import { expect } from "chai";
import pg from "pg";
import { freshDatabase } from "../database.ts";

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe("freshDatabase", function () {
  this.timeout(60_000);

  it("gives each caller an empty database of a real PostgreSQL", async () => {
    const [first, second] = await Promise.all([freshDatabase(), freshDatabase()]);
    try {
      await query(first.url, "CREATE TABLE only_here (id int)");
      expect(await query(first.url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).to.deep.equal([
        { tablename: "only_here" },
      ]);
      expect(await query(second.url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).to.deep.equal([]);
    } finally {
      await Promise.all([first.drop(), second.drop()]);
    }
  });

  it("drops a database that still has connections", async () => {
    const database = await freshDatabase();
    const client = new pg.Client({ connectionString: database.url });
    client.on("error", () => {});
    await client.connect();
    await database.drop();
    const failure = await query(database.url, "SELECT 1").catch((error: unknown) => error);
    expect(failure).to.have.property("code", "3D000");
    await client.end().catch(() => {});
  });
});
