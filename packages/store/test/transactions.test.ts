import { expect } from "chai";
import { sql } from "kysely";
import { storeSettlement } from "../../../relayer/test/support/rows.ts";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import {
  connect,
  forgetRefusals,
  isUniqueViolation,
  migrate,
  readMigrations,
  redrive,
  type Store,
} from "../src/index.ts";

describe("transactions", function () {
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

  /** As the version before attempts stores one. */
  const storeOld = (nonce: number, settlementId: string) =>
    sql`INSERT INTO keystone.chain_transaction
      (chain_id, signer, nonce, settlement_id, kind, subject, to_address, data, gas_limit, max_fee_per_gas, max_priority_fee_per_gas, raw, hash)
      VALUES (1, '0xa1', ${nonce}, ${settlementId}, 'create', ${String(nonce)}, '0xb2', '0x', 21000, 3, 1, ${`0xraw${nonce}`}, ${`0x${nonce}`})`.execute(
      db,
    );

  it("that were stored before there were attempts have theirs, and the version before goes on storing", async () => {
    const shipped = await readMigrations();
    const position = shipped.findIndex(({ name }) => name === "0011_pipeline.sql");
    await migrate({ databaseUrl: database.url, migrations: shipped.slice(0, position) });
    const { settlementId } = await storeSettlement(db);
    await storeOld(0, settlementId);
    await migrate({ databaseUrl: database.url });
    await storeOld(1, settlementId);
    const attempts = await db.selectFrom("keystone.transaction_attempt").selectAll().execute();
    expect(attempts).to.have.length(1);
    expect(attempts[0]).to.deep.include({
      hash: "0x0",
      raw: "0xraw0",
      ordinal: 1,
      purpose: "first",
      max_fee_per_gas: "3",
      max_priority_fee_per_gas: "1",
      fence: 0n,
    });
    expect(await db.selectFrom("keystone.chain_transaction").select("probes").execute()).to.deep.equal([
      { probes: [] },
      { probes: [] },
    ]);
  });

  it("have each byte string once, and one attempt of a number", async () => {
    await migrate({ databaseUrl: database.url });
    const { settlementId } = await storeSettlement(db);
    await storeOld(0, settlementId);
    const { id } = await db.selectFrom("keystone.chain_transaction").select("id").executeTakeFirstOrThrow();
    const attempt = {
      transaction_id: id,
      raw: "0x",
      max_fee_per_gas: 1n,
      max_priority_fee_per_gas: 1n,
      head_number: 1n,
      fence: 1n,
    } as const;
    const store = (hash: `0x${string}`, ordinal: number) =>
      db
        .insertInto("keystone.transaction_attempt")
        .values({ ...attempt, hash, ordinal, purpose: "replacement" })
        .execute();
    await store("0xaa", 1);
    for (const [hash, ordinal] of [
      ["0xaa", 2],
      ["0xbb", 1],
    ] as const) {
      const failure = await store(hash, ordinal).catch((error: unknown) => error);
      expect(isUniqueViolation(failure), `${hash} ${ordinal}`).to.equal(true);
    }
  });

  it("that are refused are redriven when they are dead, and forgotten with their settlement", async () => {
    await migrate({ databaseUrl: database.url });
    const { settlementId } = await storeSettlement(db);
    const other = await storeSettlement(db);
    const refuse = async (settlement_id: string, subject: string, is_dead: boolean) => {
      const call = {
        chain_id: 1n,
        kind: "create" as const,
        error_name: "E",
        error_args: ["1", "two"],
        block_number: 1n,
      };
      const values = { ...call, settlement_id, subject, is_dead };
      const row = await db.insertInto("keystone.refused_call").values(values).returningAll().executeTakeFirstOrThrow();
      expect(row).to.deep.include({ ...values, count: 1 });
      return row.id;
    };
    const [dead, alive] = [await refuse(settlementId, "a", true), await refuse(settlementId, "b", false)];
    await refuse(other.settlementId, "a", true);
    expect([await redrive(db, alive), await redrive(db, dead), await redrive(db, dead)]).to.deep.equal([
      false,
      true,
      false,
    ]);
    await forgetRefusals(db, settlementId);
    const left = await db.selectFrom("keystone.refused_call").select("settlement_id").execute();
    expect(left).to.deep.equal([{ settlement_id: other.settlementId }]);
  });
});
