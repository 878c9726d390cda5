import { expect } from "chai";
import { type PostgresServer, startThrowAwayPostgres } from "../../../test/support/postgres.ts";
import { connect, migrate, openQueue, transaction } from "../src/index.ts";

describe("a restart of Postgres", function () {
  this.timeout(60_000);
  let server: PostgresServer;
  beforeEach(async () => {
    server = await startThrowAwayPostgres();
  });
  afterEach(() => server.stop());

  it("ends neither pool nor queue: jobs stored before and after it are taken", async () => {
    await migrate({ databaseUrl: server.url });
    const errors: Error[] = [];
    const onError = (error: Error) => void errors.push(error);
    const db = connect({ databaseUrl: server.url, onError });
    const queue = await openQueue({ databaseUrl: server.url, worker: true, onError });
    const [before, after] = [crypto.randomUUID(), crypto.randomUUID()];
    await transaction(db, (trx) => queue.enqueueSettlement(trx, before));
    await server.halt();
    await server.resume();

    const seen = new Set<string>();
    const both = new Promise<void>((resolve, reject) => {
      const handle = async (job: { settlement_id: string }) => {
        seen.add(job.settlement_id);
        if (seen.size === 2) resolve();
      };
      queue.workSettlements(handle).catch(reject);
    });
    await transaction(db, (trx) => queue.enqueueSettlement(trx, after));
    await both;
    expect([...seen]).to.have.members([before, after]);
    await queue.stop();
    await db.destroy();
  });

  it("is survived by a worker that was listening, too", async () => {
    await migrate({ databaseUrl: server.url });
    const onError = () => undefined;
    const db = connect({ databaseUrl: server.url, onError });
    const queue = await openQueue({ databaseUrl: server.url, worker: true, onError });
    const taken = new Promise<string>((resolve, reject) => {
      queue.workSettlements(async (job) => resolve(job.settlement_id)).catch(reject);
    });
    await transaction(db, async (trx) => trx.selectFrom("keystone.intent").select("id").execute());
    await server.halt();
    await server.resume();
    const settlement = crypto.randomUUID();
    await transaction(db, (trx) => queue.enqueueSettlement(trx, settlement));
    expect(await taken).to.equal(settlement);
    await queue.stop();
    await db.destroy();
  });
});
