import { expect } from "chai";
import { isUniqueViolation, type Store, sqlState } from "../src/index.ts";
import { databaseBefore, type OldDatabase } from "./old-database.ts";

describe("0004_platforms", function () {
  this.timeout(30_000);
  let old: OldDatabase;
  let db: Store;
  let platform: string;
  let environment: string;

  /** A database with a platform, an environment and a key from before the migration. */
  before(async () => {
    old = await databaseBefore("0004");
    db = old.db;
    const values = { name: "A", slug: "a", auth0_org_id: null };
    platform = (await db.insertInto("keystone.platform").values(values).returning("id").executeTakeFirstOrThrow()).id;
    const bound = { platform_id: platform, name: "Test", slug: "test", auth0_client_id: "client" };
    const made = await db.insertInto("keystone.environment").values(bound).returning("id").executeTakeFirstOrThrow();
    environment = made.id;
    await remember({ environment_id: environment }, environment);
    await old.migrate();
  });
  after(() => old.drop());

  const remember = (owner: { environment_id?: string; platform_id?: string }, resource_id: string) =>
    db
      .insertInto("keystone.idempotency_key")
      .values({
        environment_id: null,
        platform_id: null,
        ...owner,
        route: "POST /",
        key: "key",
        body_hash: "",
        resource_id,
      })
      .execute();
  const refusal = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error);

  it("keeps what there was: ids of keys as they were, environments with an hour's timeout", async () => {
    const key = await db.selectFrom("keystone.idempotency_key").select("resource_id").executeTakeFirstOrThrow();
    expect(key.resource_id).to.equal(environment);
    const row = await db.selectFrom("keystone.environment").selectAll().executeTakeFirstOrThrow();
    expect(row).to.include({ default_timeout_seconds: 3600, webhook_endpoint_id: null });
    for (const default_timeout_seconds of [59, 604_801]) {
      const set = db.updateTable("keystone.environment").set({ default_timeout_seconds }).execute();
      expect(sqlState(await refusal(set))).to.equal("23514");
    }
  });

  it("takes keys of admin routes, each once, for things that are no rows", async () => {
    await remember({}, "uinv_1");
    expect(isUniqueViolation(await refusal(remember({}, "uinv_2")))).to.equal(true);
  });

  it("forgets the endpoint of an environment with the endpoint", async () => {
    const endpoint = await db
      .insertInto("keystone.webhook_endpoint")
      .values({
        environment_id: environment,
        url: "https://a.example",
        description: null,
        events: ["*"],
        disabled_reason: null,
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    await db.updateTable("keystone.environment").set({ webhook_endpoint_id: endpoint.id }).execute();
    await db.deleteFrom("keystone.webhook_endpoint").where("id", "=", endpoint.id).execute();
    const row = await db.selectFrom("keystone.environment").selectAll().executeTakeFirstOrThrow();
    expect(row.webhook_endpoint_id).to.equal(null);
  });

  it("has one intent for a subject, with a platform or without", async () => {
    const intend = (platform_id: string | null) =>
      db.insertInto("keystone.directory_intent").values({ kind: "invite", platform_id, subject: "ada" }).execute();
    for (const owner of [platform, null]) {
      await intend(owner);
      expect(isUniqueViolation(await refusal(intend(owner)))).to.equal(true);
    }
  });
});
