import { expect } from "chai";
import { storeSettlement } from "../../../relayer/test/support/rows.ts";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { connect, isUniqueViolation, migrate, type NewRow, type Store, sqlState } from "../src/index.ts";
import { databaseBefore } from "./old-database.ts";

describe("0007_admin", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let db: Store;
  let settlement_id: string;

  before(async () => {
    database = await freshDatabase();
    db = connect({ databaseUrl: database.url });
    await migrate({ databaseUrl: database.url });
    ({ settlementId: settlement_id } = await storeSettlement(db));
  });
  after(async () => {
    await db.destroy();
    await database.drop();
  });

  const asked = { actor: "operator|1", reason: "Because" };
  const hash = `0x${"1".repeat(64)}` as const;
  const add = (values: Partial<NewRow<"intent">>) =>
    db
      .insertInto("keystone.intent")
      .values({ settlement_id, kind: "retry", ...asked, ...values })
      .returning("id")
      .executeTakeFirstOrThrow();
  const refusal = (values: Partial<NewRow<"intent">>) => add(values).then(() => null, sqlState);

  it("settles a trade once, and takes any number of interventions that are over", async () => {
    await db.updateTable("keystone.intent").set({ status: "done" }).where("kind", "=", "settle").execute();
    const again = add({ kind: "settle" });
    expect(isUniqueViolation(await again.then(() => null).catch((error: unknown) => error))).to.equal(true);
    for (let count = 0; count < 3; count++) await add({ status: "done" });
    await add({ status: "failed", error: "Refused()" });
  });

  it("has one open intervention of a kind, and one step to a state, whatever it is called", async () => {
    await add({ kind: "retry" });
    expect(await refusal({ kind: "retry" })).to.equal("23505");
    await add({ kind: "rollback", target_state: "ROLLED_BACK", evidence_hash: hash });
    const same = { kind: "transition", target_state: "ROLLED_BACK", evidence_hash: hash } as const;
    expect(await refusal(same)).to.equal("23505");
    await add({ ...same, target_state: "COMPLIANCE_CHECKING" });
  });

  it("takes no step without evidence, no intervention of nobody, and no kind that is none", async () => {
    expect(await refusal({ target_state: "TIMED_OUT", status: "done" })).to.equal("23514");
    expect(await refusal({ evidence_hash: hash, status: "done" })).to.equal("23514");
    expect(await refusal({ actor: null, status: "done" })).to.equal("23514");
    expect(await refusal({ reason: null, status: "done" })).to.equal("23514");
    expect(await refusal({ kind: "force" as never })).to.equal("23514");
    expect(await refusal({ status: "lost" as never })).to.equal("23514");
  });

  it("keeps what was asked before it, and lets the version before it settle on", async () => {
    const old = await databaseBefore("0007");
    try {
      const { intentId } = await storeSettlement(old.db);
      await old.migrate();
      const row = await old.db.selectFrom("keystone.intent").selectAll().executeTakeFirstOrThrow();
      expect(row).to.include({ id: intentId, kind: "settle", status: "open", actor: null, target_state: null });
      await old.db.updateTable("keystone.intent").set({ status: "done" }).where("id", "=", intentId).execute();
      await storeSettlement(old.db);
    } finally {
      await old.drop();
    }
  });
});
