import { expect } from "chai";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { connect, migrate, openQueue, type SettleJob, type Store, transaction } from "../src/index.ts";

describe("queue", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let db: Store;

  before(async () => {
    database = await freshDatabase();
    await migrate({ databaseUrl: database.url });
    db = connect({ databaseUrl: database.url });
  });
  after(async () => {
    await db.destroy();
    await database.drop();
  });

  it("takes a job only when the transaction that enqueued it committed", async () => {
    const producer = await openQueue({ databaseUrl: database.url });
    const consumer = await openQueue({ databaseUrl: database.url, worker: true });
    const kept = crypto.randomUUID();
    const lost = crypto.randomUUID();
    await transaction(db, async (trx) => {
      await producer.enqueueSettlement(trx, lost);
      throw new Error("changed my mind");
    }).catch(() => undefined);
    await transaction(db, (trx) => producer.enqueueSettlement(trx, kept));
    const seen: SettleJob[] = [];
    await new Promise<void>((resolve, reject) => {
      consumer
        .workSettlements(async (job) => {
          seen.push(job);
          resolve();
        })
        .catch(reject);
    });
    await Promise.all([producer.stop(), consumer.stop()]);
    expect(seen).to.deep.equal([{ settlement_id: kept }]);
  });

  it("keeps one waiting job per settlement, and enqueueing it again does not spoil the transaction", async () => {
    const queue = await openQueue({ databaseUrl: database.url });
    const settlement = crypto.randomUUID();
    await transaction(db, async (trx) => {
      await queue.enqueueSettlement(trx, settlement);
      await queue.enqueueSettlement(trx, settlement);
    });
    await transaction(db, (trx) => queue.enqueueSettlement(trx, settlement));
    const taken: string[] = [];
    await new Promise<void>((resolve, reject) => {
      queue
        .workSettlements(async (job) => {
          taken.push(job.settlement_id);
          if (taken.length === 1) await transaction(db, (trx) => queue.enqueueSettlement(trx, settlement));
          else resolve();
        })
        .catch(reject);
    });
    await queue.stop();
    expect(taken).to.deep.equal([settlement, settlement]);
  });
});
