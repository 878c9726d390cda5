import { expect } from "chai";
import { isUniqueViolation, type Store, sqlState } from "../src/index.ts";
import { databaseBefore, type OldDatabase } from "./old-database.ts";

describe("0002_callers", function () {
  this.timeout(30_000);
  let old: OldDatabase;
  let db: Store;
  let platform: string;
  let environment: string;

  /** A database with a platform from before the migration, and a key that it has used. */
  before(async () => {
    old = await databaseBefore("0002");
    db = old.db;
    const values = { name: "A", slug: "a", auth0_org_id: null };
    platform = (await db.insertInto("keystone.platform").values(values).returning("id").executeTakeFirstOrThrow()).id;
    const bound = { platform_id: platform, name: "Test", slug: "test", auth0_client_id: "client" };
    const made = await db.insertInto("keystone.environment").values(bound).returning("id").executeTakeFirstOrThrow();
    environment = made.id;
    await remember({ environment_id: environment });
    await old.migrate();
  });
  after(() => old.drop());

  const remember = (owner: { environment_id: string } | { platform_id: string }, key = "key") =>
    db
      .insertInto("keystone.idempotency_key")
      .values({ ...owner, route: "POST /", key, body_hash: "", resource_id: environment } as never)
      .execute();
  const refusal = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error);

  it("keeps the keys of environments, and gives platforms their own, each once", async () => {
    expect(isUniqueViolation(await refusal(remember({ environment_id: environment })))).to.equal(true);
    await remember({ platform_id: platform });
    expect(isUniqueViolation(await refusal(remember({ platform_id: platform })))).to.equal(true);
  });

  it("takes no key of two", async () => {
    const both = { environment_id: environment, platform_id: platform };
    expect(sqlState(await refusal(remember(both, "other")))).to.equal("23514");
  });

  it("leaves environments open, with the newest version and the common rate", async () => {
    const row = await db.selectFrom("keystone.environment").selectAll().executeTakeFirstOrThrow();
    expect(row).to.include({ api_version: null, rate_limit_rpm: null });
    for (const rate_limit_rpm of [0, 60_001]) {
      const set = db.updateTable("keystone.environment").set({ rate_limit_rpm }).execute();
      expect(sqlState(await refusal(set))).to.equal("23514");
    }
  });

  it("takes a block in one form only, and none with host bits", async () => {
    const add = (cidr: string) =>
      db
        .insertInto("keystone.allowed_ip")
        .values({ environment_id: environment, cidr, description: null, created_by: "user" })
        .returning("cidr")
        .executeTakeFirstOrThrow();
    expect(await add("2001:DB8::/32")).to.deep.equal({ cidr: "2001:db8::/32" });
    expect(isUniqueViolation(await refusal(add("2001:db8:0::/32")))).to.equal(true);
    expect(sqlState(await refusal(add("192.0.2.1/24")))).to.equal("22P02");
  });
});
