import { connect, migrate, type Store } from "@keystoneos/store";
import { expect } from "chai";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { CircuitOpenError, Circuits } from "../../src/screening/circuits.ts";

describe("the circuits of all relayers", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let db: Store;

  before(async () => {
    database = await freshDatabase();
    await migrate({ databaseUrl: database.url });
    db = connect({ databaseUrl: database.url, maxConnections: 20 });
  });
  after(async () => {
    await db.destroy();
    await database.drop();
  });
  beforeEach(async () => {
    await db.deleteFrom("keystone.provider_health").execute();
    await new Circuits(db).register(["list"]);
  });

  const health = () => db.selectFrom("keystone.provider_health").selectAll().executeTakeFirstOrThrow();
  const fail = (circuits: Circuits) =>
    circuits
      .call(
        "list",
        () => Promise.reject(new Error("secret text")),
        () => "what may be told",
      )
      .catch((error: unknown) => error);
  const succeed = (circuits: Circuits) => circuits.call("list", async () => "found", String);
  const rested = (seconds: number) =>
    db
      .updateTable("keystone.provider_health")
      .set({ changed_at: new Date(Date.now() - seconds * 1000) })
      .execute();

  it("tell what there is to tell of a provider before it was ever asked", async () => {
    expect(await health()).to.deep.include({
      name: "list",
      circuit_state: "closed",
      failure_count: 0,
      success_count: 0,
      last_failure_at: null,
      last_success_at: null,
      last_error: null,
      failure_threshold: 5,
      reset_timeout_seconds: 60,
      half_open_max_calls: 2,
    });
  });

  it("count in rows, say when, and keep of an error what may be told", async () => {
    const circuits = new Circuits(db);
    const before = Date.now();
    expect(await succeed(circuits)).to.equal("found");
    await fail(circuits);
    expect(await health()).to.include({ failure_count: 1, success_count: 0, last_error: "what may be told" });
    await succeed(circuits);
    await succeed(circuits);
    const row = await health();
    expect(row).to.include({ failure_count: 0, success_count: 2, circuit_state: "closed" });
    expect(row.last_failure_at?.getTime()).to.be.at.least(before);
    expect(row.last_success_at?.getTime()).to.be.at.least(row.last_failure_at?.getTime() ?? 0);
  });

  it("are one for all processes, and outlive them", async () => {
    for (let index = 0; index < 5; index++) await fail(new Circuits(db));
    const other = new Circuits(db);
    await other.register(["list"]);
    expect((await health()).circuit_state).to.equal("open");
    let asked = false;
    const refusal = await other
      .call(
        "list",
        async () => {
          asked = true;
        },
        String,
      )
      .catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(CircuitOpenError);
    expect(asked).to.equal(false);
    expect(await health()).to.include({ failure_count: 5 });
  });

  it("let two of many callers through when the time has come, and all when both have succeeded", async () => {
    const circuits = new Circuits(db);
    for (let index = 0; index < 5; index++) await fail(circuits);
    await rested(60);
    const gate = Promise.withResolvers<string>();
    let asked = 0;
    const callers = Array.from({ length: 12 }, () =>
      circuits
        .call(
          "list",
          () => {
            asked++;
            return gate.promise;
          },
          String,
        )
        .catch((error: unknown) => error),
    );
    // Ten of them are refused at once; the other two wait for their answer.
    const refused: unknown[] = [];
    const told = Promise.withResolvers<void>();
    for (const caller of callers) {
      void caller.then((outcome) => {
        refused.push(outcome);
        if (refused.length === 10) told.resolve();
      });
    }
    await told.promise;
    expect(refused.every((outcome) => outcome instanceof CircuitOpenError)).to.equal(true);
    expect(asked).to.equal(2);
    expect((await health()).circuit_state).to.equal("half_open");
    gate.resolve("found");
    await Promise.all(callers);
    expect(await health()).to.include({ circuit_state: "closed", success_count: 2, failure_count: 0 });
    expect(await succeed(circuits)).to.equal("found");
  });
});
