import { expect } from "chai";
import { sql } from "kysely";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import {
  connect,
  isPaused,
  migrate,
  pauseChain,
  readPauses,
  resumeChain,
  type Store,
  sqlState,
  transaction,
} from "../src/index.ts";

describe("pauses of chains", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let db: Store;

  beforeEach(async () => {
    database = await freshDatabase();
    db = connect({ databaseUrl: database.url });
    await migrate({ databaseUrl: database.url });
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  const pause = (chainId = 5, by = "anna", reason = "The node lies") =>
    transaction(db, (trx) => pauseChain(trx, { chainId, reason, by }));
  const resume = (chainId = 5) => transaction(db, (trx) => resumeChain(trx, chainId));

  it("are of one chain each, and of whoever was first", async () => {
    const paused = await Promise.all(Array.from({ length: 8 }, (_, index) => pause(5, `caller ${index}`)));
    expect(paused.filter(Boolean)).to.have.length(1);
    const [row, ...others] = await readPauses(db);
    expect(others).to.deep.equal([]);
    expect(row).to.deep.include({ chain_id: 5n, by: `caller ${paused.indexOf(true)}`, reason: "The node lies" });
    expect(row?.since).to.be.instanceOf(Date);
    expect([await isPaused(db, 5), await isPaused(db, 6)]).to.deep.equal([true, false]);
    const resumed = await Promise.all(Array.from({ length: 8 }, () => resume()));
    expect(resumed.filter(Boolean)).to.have.length(1);
    expect(await isPaused(db, 5)).to.equal(false);
  });

  it("wait for who is writing under a lease of the chain, and for nobody else", async () => {
    const lease = { signer: "0xa1" as const, expires_at: new Date(Date.now() + 60_000) };
    await db
      .insertInto("keystone.signer_lease")
      .values([
        { chain_id: 5n, ...lease },
        { chain_id: 6n, ...lease },
      ])
      .execute();
    const [locked, written] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const events: string[] = [];
    const writing = transaction(db, async (trx) => {
      await trx.selectFrom("keystone.signer_lease").select("fence").where("chain_id", "=", 5n).forShare().execute();
      locked.resolve();
      await written.promise;
      events.push("written");
    });
    await locked.promise;
    await pause(6);
    const pausing = pause(5).then(() => events.push("paused"));
    const waiting = () =>
      sql`SELECT 1 FROM pg_locks WHERE NOT granted AND database =
      (SELECT oid FROM pg_database WHERE datname = current_database()) OR locktype = 'transactionid' AND NOT granted`.execute(
        db,
      );
    while (events.length === 0 && (await waiting()).rows.length === 0);
    expect(events, "before the writer has ended").to.deep.equal([]);
    written.resolve();
    await Promise.all([writing, pausing]);
    expect(events).to.deep.equal(["written", "paused"]);
  });

  it("are of somebody, for a reason, on a chain", async () => {
    for (const [chainId, by, reason] of [
      [0, "anna", "x"],
      [5, "", "x"],
      [5, "anna", ""],
      [5, "anna", "x".repeat(501)],
    ] as const) {
      expect(await pause(chainId, by, reason).then(() => null, sqlState)).to.equal("23514");
    }
    expect(await readPauses(db)).to.deep.equal([]);
  });
});
