import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { sql } from "kysely";
import { startCourier } from "../../src/courier/courier.ts";
import { purge } from "../../src/courier/purge.ts";
import { recordEvents } from "../../src/courier/record.ts";
import { setHeads } from "../support/facts.ts";
import { sellOpen } from "../support/instructions.ts";
import { indexStep } from "../support/logs.ts";
import { operatorToken } from "../support/members.ts";
import { createSession } from "../support/sessions.ts";
import { createTenant } from "../support/tenants.ts";
import { matchTrade } from "../support/trades.ts";
import { createEndpoint, WEBHOOKS } from "../support/webhooks.ts";
import { useOwnWorld } from "../support/world.ts";

describe("purge", () => {
  const world = useOwnWorld();
  const DAY = 86_400_000;

  it("removes deliveries and events after 30 days, and secrets when they end", async () => {
    const tenant = await createTenant(world());
    const { id } = await createEndpoint(world(), tenant);
    await world().call("POST", `/v1/platforms/me/webhooks/${id}/rotate-secret`, tenant);
    await matchTrade(world(), { tenants: [tenant, tenant] });
    const { db } = world();
    const count = async (table: "event" | "webhook_delivery" | "webhook_secret") =>
      (await db.selectFrom(`keystone.${table}`).selectAll().execute()).length;
    const age = async (table: "event" | "webhook_delivery", days: number) =>
      db
        .updateTable(`keystone.${table}`)
        .set({ created_at: new Date(Date.now() - days * DAY) })
        .execute();
    await age("event", 31);
    await age("webhook_delivery", 29);
    await purge(db);
    expect([await count("event"), await count("webhook_delivery"), await count("webhook_secret")]).to.deep.equal([
      3, 3, 2,
    ]);
    await age("webhook_delivery", 31);
    await db
      .updateTable("keystone.webhook_secret")
      .set({ valid_until: new Date(Date.now() - 1) })
      .where("valid_until", "is not", null)
      .execute();
    await purge(db);
    await purge(db);
    expect([await count("event"), await count("webhook_delivery"), await count("webhook_secret")]).to.deep.equal([
      0, 0, 1,
    ]);
  });

  it("keeps an event while its log can be read again, so that it is not told anew", async () => {
    await setHeads(world(), 1000);
    const { seller, settlementId } = await matchTrade(world());
    const { body } = await world().call("GET", `/v1/settlements/${settlementId}`, seller);
    await indexStep(world(), body.settlement_hash, 2, ["INSTRUCTED", "ROLLED_BACK"], { block: 1000 });
    await setHeads(world(), 1001);
    const record = () => recordEvents(world().db, world().deps.deployment, "safe");
    const told = async () =>
      world()
        .db.selectFrom("keystone.event")
        .select("id")
        .where("environment_id", "=", seller.environmentId)
        .where("event", "=", "settlement.state.rolled_back")
        .execute();
    await record();
    expect(await told()).to.have.length(1);
    const old = { created_at: new Date(Date.now() - 31 * DAY) };
    await world().db.updateTable("keystone.event").set(old).execute();
    await purge(world().db);
    expect(await told()).to.have.length(1);
    await setHeads(world(), 1010);
    await record();
    await purge(world().db);
    await record();
    // Nor when the index begins anew.
    for (const head of [0, 1010]) {
      await setHeads(world(), head);
      await record();
    }
    expect(await told()).to.deep.equal([]);
  });

  describe("of what callers leave behind", () => {
    const MINUTE = 60_000;
    /** A time that is so much more than 30 days ago, by the database's clock. */
    const beyond = (ms: number) => sql<Date>`now() - interval '30 days' - ${ms} * interval '1 millisecond'`;

    it("frees an idempotency key after 30 days and no sooner, whoever's it is", async () => {
      const { call, db, local } = world();
      const tenant = await createTenant(world());
      const operator = await operatorToken(world());
      const json = sellOpen();
      const endpoint = { url: "https://hooks.example.com/keystone" };
      const client = await local.createClient();
      const platform = { name: "A", slug: `p-${randomUUID()}`, auth0_client_id: client.client_id };
      const headers = { "idempotency-key": `key-${randomUUID()}` };
      const ofEnvironment = () => call("POST", "/v1/instructions", { token: tenant.token, json });
      const byHeader = () => call("POST", WEBHOOKS, { token: tenant.token, json: endpoint, headers });
      const ofNobody = () => call("POST", "/v1/platforms", { token: operator, json: platform, headers });
      const first = [await ofEnvironment(), await byHeader(), await ofNobody()];
      expect(first.map(({ status }) => status)).to.deep.equal([201, 201, 201]);
      const age = (ms: number) =>
        db
          .updateTable("keystone.idempotency_key")
          .set({ created_at: beyond(ms) })
          .execute();

      await age(-MINUTE);
      await purge(db);
      const kept = [await ofEnvironment(), await byHeader(), await ofNobody()];
      expect(kept.map(({ status, body }) => [status, body.id])).to.deep.equal(first.map(({ body }) => [200, body.id]));

      await age(MINUTE);
      await purge(db);
      const freed = [await ofEnvironment(), await byHeader()];
      expect(freed.map(({ status }) => status)).to.deep.equal([201, 201]);
      for (const [index, { body }] of freed.entries()) expect(body.id).to.not.equal(first[index]?.body.id);
      // What the key made is there, and its slug taken.
      const again = await ofNobody();
      expect([again.status, again.body.code]).to.deep.equal([409, "slug_taken"]);
    });

    it("removes a session 30 days after its end and no sooner, revoked or not; the activity log still tells of it", async () => {
      const { call, db } = world();
      const tenant = await createTenant(world());
      const { token } = tenant;
      const made = await call("POST", "/v1/sessions", { token, json: { scopes: ["templates:read"] } });
      const revoked = await createSession(world(), tenant, { scopes: ["templates:read"], revoked: true });
      const running = await createSession(world(), tenant, { scopes: ["templates:read"] });
      const ended = [made.body.id as string, revoked.id];
      const end = (ms: number) =>
        db
          .updateTable("keystone.session")
          .set({ expires_at: beyond(ms) })
          .where("id", "in", ended)
          .execute();
      const left = async () => (await db.selectFrom("keystone.session").select("id").execute()).map(({ id }) => id);

      await end(-MINUTE);
      await purge(db);
      expect(await left()).to.include.members([...ended, running.id]);
      await end(MINUTE);
      await purge(db);
      expect(await left())
        .to.include(running.id)
        .and.not.include.oneOf([...ended]);
      expect((await call("GET", "/v1/settlement-templates", { token: running.token })).status).to.equal(200);
      const log = await db
        .selectFrom("keystone.activity_log")
        .select(["type", "detail"])
        .where("resource_id", "=", made.body.id)
        .execute();
      expect(log).to.have.length(1);
      expect(log[0]).to.deep.include({ type: "session.created" });
      expect(log[0]?.detail).to.deep.include({ scopes: ["templates:read"] });
    });

    it("goes by batches, and says while there may be more", async () => {
      const { db } = world();
      await purge(db);
      const tenant = await createTenant(world());
      for (let i = 0; i < 5; i++) await createSession(world(), tenant, { scopes: ["templates:read"] });
      const count = async () =>
        (await db.selectFrom("keystone.session").select("id").where("expires_at", "<", beyond(0)).execute()).length;
      await db
        .updateTable("keystone.session")
        .set({ expires_at: beyond(MINUTE) })
        .where("environment_id", "=", tenant.environmentId)
        .execute();
      const passes = [];
      for (let i = 0; i < 3; i++) passes.push([await purge(db, 2), await count()]);
      expect(passes).to.deep.equal([
        [true, 3],
        [true, 1],
        [false, 0],
      ]);
    });

    it("has a courier go on at once while there is more", async function () {
      this.timeout(30_000);
      const { db, deps } = world();
      await sql`INSERT INTO keystone.idempotency_key (route, key, body_hash, resource_id, created_at)
        SELECT 'POST /', i::text, '', '', ${beyond(MINUTE)} FROM generate_series(1, 10001) AS i`.execute(db);
      const { deployment, keyring, webhooks: sender, log } = deps;
      const courier = startCourier({ db, deployment, keyring, sender, level: "safe", tickMs: 1000, log });
      const old = db.selectFrom("keystone.idempotency_key").select("key").where("route", "=", "POST /").limit(1);
      for (let look = 0; look < 500 && (await old.execute()).length > 0; look++) await setTimeout(20);
      await courier.stop();
      expect(await old.execute()).to.deep.equal([]);
    });

    it("takes what another courier is not removing already", async () => {
      const { db } = world();
      const tenant = await createTenant(world());
      const { id: held } = await createSession(world(), tenant, { scopes: ["templates:read"] });
      const { id: free } = await createSession(world(), tenant, { scopes: ["templates:read"] });
      const own = db.selectFrom("keystone.session").select("id").where("environment_id", "=", tenant.environmentId);
      await db
        .updateTable("keystone.session")
        .set({ expires_at: beyond(MINUTE) })
        .where("id", "in", [held, free])
        .execute();
      await db.transaction().execute(async (trx) => {
        await trx.selectFrom("keystone.session").select("id").where("id", "=", held).forUpdate().execute();
        await purge(db);
        expect(await own.execute()).to.deep.equal([{ id: held }]);
      });
      await purge(db);
      expect(await own.execute()).to.deep.equal([]);
    });
  });
});
