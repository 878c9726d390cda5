import { expect } from "chai";
import { purge } from "../../src/courier/purge.ts";
import { recordEvents } from "../../src/courier/record.ts";
import { setHeads } from "../support/facts.ts";
import { indexStep } from "../support/logs.ts";
import { createTenant } from "../support/tenants.ts";
import { matchTrade } from "../support/trades.ts";
import { createEndpoint } from "../support/webhooks.ts";
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
});
