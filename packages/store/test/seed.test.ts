import { expect } from "chai";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { connect, migrate, type Store, seedDeployment } from "../src/index.ts";
import { sampleDeployment } from "./deployment.ts";

describe("seedDeployment", function () {
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

  const templates = () =>
    db
      .selectFrom("keystone.template")
      .select(["slug", "version", "is_active"])
      .orderBy("slug")
      .orderBy("version")
      .execute();

  it("stores templates and global instruments once, also when several processes seed at the same time", async () => {
    await Promise.all([1, 2, 3].map(() => seedDeployment(db, sampleDeployment())));
    const stored = await templates();
    expect(stored.map((row) => row.slug)).to.deep.equal([
      "dvp-brokered",
      "dvp-cross-chain",
      "dvp-standard",
      "pvp-standard",
      "repo-standard",
    ]);
    expect(stored.every((row) => row.version === 1 && row.is_active)).to.equal(true);
    const instruments = await db.selectFrom("keystone.instrument").selectAll().orderBy("alias").execute();
    expect(instruments.map((row) => [row.alias, row.chain_id, row.environment_id, row.decimals])).to.deep.equal([
      ["KBOND", 11155111n, null, 18],
      ["TUSDC", 84532n, null, 6],
    ]);
  });

  it("makes a new version of what changed only, and keeps the old one readable", async () => {
    const deployment = sampleDeployment();
    await seedDeployment(db, deployment);
    deployment.templates.fee_recipients["84532"] = `0x${"d".repeat(40)}`;
    await seedDeployment(db, deployment);
    expect((await templates()).filter((row) => row.slug === "dvp-brokered")).to.deep.equal([
      { slug: "dvp-brokered", version: 1, is_active: false },
      { slug: "dvp-brokered", version: 2, is_active: true },
    ]);
    expect((await templates()).filter((row) => row.slug === "dvp-standard")).to.deep.equal([
      { slug: "dvp-standard", version: 1, is_active: true },
    ]);
  });

  it("reads a template's configuration back as it was compiled", async () => {
    await seedDeployment(db, sampleDeployment());
    const row = await db
      .selectFrom("keystone.template")
      .select("config")
      .where("slug", "=", "dvp-cross-chain")
      .executeTakeFirstOrThrow();
    expect(row.config.on_chain.threshold).to.equal(1);
    expect(row.config.transitions.AWAITING_DEPOSITS?.allowed_next).to.deep.equal([
      "EXECUTING_SWAP",
      "ROLLED_BACK",
      "TIMED_OUT",
    ]);
  });
});
