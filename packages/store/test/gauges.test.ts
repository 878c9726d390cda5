import { expect } from "chai";
import { sql } from "kysely";
import { storeSettlement } from "../../../relayer/test/support/rows.ts";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { connect, migrate, oldestOpenIntent, type Store } from "../src/index.ts";

describe("oldestOpenIntent", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let db: Store;

  before(async () => {
    database = await freshDatabase();
    db = connect({ databaseUrl: database.url });
    await migrate({ databaseUrl: database.url });
  });
  after(async () => {
    await db.destroy();
    await database.drop();
  });

  const ago = (seconds: number) => sql<Date>`now() - ${seconds} * interval '1 second'`;
  /** A repo's opening and its closing, stored an hour ago. */
  async function storeClosing(maturity: number): Promise<void> {
    const opening = await storeSettlement(db);
    const { settlementId, intentId } = await storeSettlement(db);
    await db.updateTable("keystone.intent").set({ status: "done" }).where("id", "=", opening.intentId).execute();
    await db
      .updateTable("keystone.intent")
      .set({ created_at: ago(3600) })
      .where("id", "=", intentId)
      .execute();
    await db
      .updateTable("keystone.settlement")
      .set({
        settlement_category: "repo_close",
        parent_settlement_id: opening.settlementId,
        maturity_at: ago(maturity),
        repayment_amount: "100",
      })
      .where("id", "=", settlementId)
      .execute();
  }

  it("is the age of what could be worked on, to which a repo's closing belongs from its maturity on", async () => {
    expect(await oldestOpenIntent(db)).to.equal(0);
    await storeClosing(-1_000_000);
    expect(await oldestOpenIntent(db)).to.equal(0);
    const { intentId } = await storeSettlement(db);
    await db
      .updateTable("keystone.intent")
      .set({ created_at: ago(100) })
      .where("id", "=", intentId)
      .execute();
    expect(await oldestOpenIntent(db)).to.be.within(100, 150);
    await storeClosing(1000);
    expect(await oldestOpenIntent(db)).to.be.within(1000, 1050);
  });
});
