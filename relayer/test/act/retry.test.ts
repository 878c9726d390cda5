import { connect, migrate, type Store } from "@keystoneos/store";
import { expect } from "chai";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { act } from "../../src/act/act.ts";
import type { ActContext } from "../../src/act/context.ts";
import { finish } from "../../src/act/finish.ts";
import { Patience } from "../../src/act/patience.ts";
import { createLogger } from "../../src/log.ts";
import { dvp, factsOf } from "../support/facts.ts";
import { storeSettlement } from "../support/rows.ts";

describe("act", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let db: Store;

  beforeEach(async () => {
    database = await freshDatabase();
    await migrate({ databaseUrl: database.url });
    db = connect({ databaseUrl: database.url });
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  it("waits after a failure, and not after an operator has had everything tried anew", async () => {
    const stored = await storeSettlement(db);
    const context = { db, log: createLogger("silent"), countAction: () => undefined } as unknown as ActContext;
    const facts = (retried?: string) => ({
      ...factsOf(dvp(1, 2)),
      ...stored,
      retry: retried === undefined ? null : { intentId: retried, askedAt: new Date() },
    });
    const patience = new Patience();
    const isDone = async () =>
      (await db.selectFrom("keystone.intent").select("status").executeTakeFirstOrThrow()).status === "done";

    // It has failed so lately that a minute from then is still to come.
    patience.failed(`${stored.settlementId}::close`, Date.now() + 3_600_000);
    patience.failed(`${stored.settlementId}:first:close`, Date.now() + 3_600_000);
    await act(context, patience, facts(), { type: "close" });
    await act(context, patience, facts("first"), { type: "close" });
    expect(await isDone()).to.equal(false);
    await act(context, patience, facts("second"), { type: "close" });
    expect(await isDone()).to.equal(true);
  });

  it("has what was dead tried anew when an operator asks for that, and forgets the refusals of a step with its end", async () => {
    const { settlementId, intentId } = await storeSettlement(db);
    const context = { db, log: createLogger("silent") } as unknown as ActContext;
    const facts = { ...factsOf(dvp(1, 2)), settlementId, intentId };
    const ask = async (kind: "retry" | "rollback") => {
      const values = { settlement_id: settlementId, kind, actor: "operator|1", reason: "Because" };
      return (await db.insertInto("keystone.intent").values(values).returning("id").executeTakeFirstOrThrow()).id;
    };
    const refuse = (kind: "claim" | "manual", subject: string) =>
      db
        .insertInto("keystone.refused_call")
        .values({
          chain_id: 1n,
          settlement_id: settlementId,
          kind,
          subject,
          error_name: "E",
          error_args: [],
          block_number: 1n,
          is_dead: true,
        })
        .execute();
    const refused = async () =>
      (await db.selectFrom("keystone.refused_call").select("subject").orderBy("subject").execute()).map(
        (row) => row.subject,
      );
    const [step, retry] = [await ask("rollback"), await ask("retry")];
    await refuse("claim", "0");
    await refuse("manual", `${step}#2`);
    await finish(context, facts, step, { status: "failed", error: "E()" });
    expect(await refused()).to.deep.equal(["0"]);
    await finish(context, facts, retry, { status: "done" });
    expect(await refused()).to.deep.equal([]);
  });

  it("ends an intervention once, and tells of a failure once", async () => {
    const { settlementId, intentId } = await storeSettlement(db);
    const context = { db, log: createLogger("silent") } as unknown as ActContext;
    const facts = { ...factsOf(dvp(1, 2)), settlementId, intentId };
    const end = { status: "failed", error: "Refused()" } as const;
    const { id } = await db
      .insertInto("keystone.intent")
      .values({ settlement_id: settlementId, kind: "retry", actor: "operator|1", reason: "Because" })
      .returning("id")
      .executeTakeFirstOrThrow();
    await Promise.all(Array.from({ length: 5 }, () => finish(context, facts, id, end)));
    await finish(context, facts, id, { status: "done" });
    const intent = await db.selectFrom("keystone.intent").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
    expect(intent).to.include(end);
    const told = await db.selectFrom("keystone.activity_log").select("detail").execute();
    expect(told).to.deep.equal([
      { detail: { intent_id: id, action: "retry", target_state: null, error: "Refused()" } },
    ]);
  });
});
