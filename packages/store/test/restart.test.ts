import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { startPostgres } from "../../../devnet/src/postgres.ts";
import { connect, migrate, openQueue, transaction } from "../src/index.ts";

describe("a restart of Postgres", function () {
  this.timeout(60_000);
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "keystone-restart-"));
    // As root the server runs under another account, which has to reach its files.
    await chmod(dir, 0o755);
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it("ends neither pool nor queue: jobs stored before and after it are taken", async () => {
    const options = { dir, fsync: false };
    const first = await startPostgres(options);
    await migrate({ databaseUrl: first.url });
    const errors: Error[] = [];
    const onError = (error: Error) => void errors.push(error);
    const db = connect({ databaseUrl: first.url, onError });
    const queue = await openQueue({ databaseUrl: first.url, worker: true, onError });
    const [before, after] = [crypto.randomUUID(), crypto.randomUUID()];
    await transaction(db, (trx) => queue.enqueueSettlement(trx, before));
    await first.stop();
    const second = await startPostgres({ ...options, port: first.port });
    expect(second.url).to.equal(first.url);

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
    await second.stop();
  });

  it("is survived by a worker that was listening, too", async () => {
    const first = await startPostgres({ dir, fsync: false });
    await migrate({ databaseUrl: first.url });
    const onError = () => undefined;
    const db = connect({ databaseUrl: first.url, onError });
    const queue = await openQueue({ databaseUrl: first.url, worker: true, onError });
    const taken = new Promise<string>((resolve, reject) => {
      queue.workSettlements(async (job) => resolve(job.settlement_id)).catch(reject);
    });
    await transaction(db, async (trx) => trx.selectFrom("keystone.intent").select("id").execute());
    await first.stop();
    const second = await startPostgres({ dir, fsync: false, port: first.port });
    const settlement = crypto.randomUUID();
    await transaction(db, (trx) => queue.enqueueSettlement(trx, settlement));
    expect(await taken).to.equal(settlement);
    await queue.stop();
    await db.destroy();
    await second.stop();
  });
});
