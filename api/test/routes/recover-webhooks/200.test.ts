import { expect } from "chai";
import { sql } from "kysely";
import type { Json } from "../../support/client.ts";
import { untilWaiting } from "../../support/hold.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { matchTrade } from "../../support/trades.ts";
import { createEndpoint, deliveriesOf, WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/platforms/me/webhooks/{endpoint_id}/recover 200", () => {
  const world = useWorld();
  let tenant: Tenant;
  let endpointId: string;
  let events: Json[];
  const LONG_AGO = "2020-01-01T00:00:00Z";

  // Three events happened before the endpoint was there: one of the settlement, two of the instructions.
  beforeEach(async () => {
    tenant = await createTenant(world());
    await matchTrade(world(), { tenants: [tenant, tenant] });
    events = (await world().call("GET", "/v1/events", tenant)).body.items;
    endpointId = (await createEndpoint(world(), tenant)).id;
  });
  const recover = async (json: Record<string, unknown>, id = endpointId) => {
    const { status, body } = await world().call("POST", `${WEBHOOKS}/${id}/recover`, { ...tenant, json });
    expect(status).to.equal(200);
    return body.enqueued;
  };
  const finish = (success: boolean) =>
    world()
      .db.updateTable("keystone.webhook_delivery")
      .set({ pending: false, next_attempt_at: null, success, duration_ms: 5 })
      .where("endpoint_id", "=", endpointId)
      .execute();

  it("plans what was never sent, in its order, and not twice what waits", async () => {
    expect(await recover({ since: LONG_AGO })).to.equal(3);
    const planned = await deliveriesOf(world(), tenant, endpointId);
    expect(planned.map(({ event_id }) => event_id)).to.have.members(events.map(({ id }) => id));
    expect(await recover({ since: LONG_AGO })).to.equal(0);
    expect(await recover({ since: LONG_AGO, only_failed: false })).to.equal(0);
  });

  it("plans what failed, and what was delivered only when asked to", async () => {
    await recover({ since: LONG_AGO });
    await finish(false);
    expect(await recover({ since: LONG_AGO })).to.equal(3);
    await finish(true);
    expect(await recover({ since: LONG_AGO, only_failed: true })).to.equal(0);
    expect(await recover({ since: LONG_AGO, only_failed: false })).to.equal(3);
  });

  it("goes by time or by ids, and by what the endpoint subscribes to", async () => {
    expect(await recover({ since: new Date(Date.now() + 60_000).toISOString() })).to.equal(0);
    expect(await recover({ event_ids: [events[1].id, "evt_unknown"] })).to.equal(1);
    const other = await createEndpoint(world(), tenant, { events: ["settlement.*"] });
    expect(await recover({ since: LONG_AGO }, other.id)).to.equal(1);
  });

  it("knows no event of another environment, none of a test, none older than 30 days", async () => {
    const stranger = await createTenant(world());
    await matchTrade(world(), { tenants: [stranger, stranger] });
    const [foreign] = (await world().call("GET", "/v1/events", stranger)).body.items;
    expect(await recover({ event_ids: [foreign.id] })).to.equal(0);
    const { db } = world();
    await db
      .updateTable("keystone.event")
      .set({ position: null })
      .where("environment_id", "=", tenant.environmentId)
      .where("id", "=", events[0].id)
      .execute();
    await db
      .updateTable("keystone.event")
      .set({ created_at: new Date(Date.now() - 31 * 86_400_000) })
      .where("environment_id", "=", tenant.environmentId)
      .where("id", "=", events[1].id)
      .execute();
    expect(await recover({ since: LONG_AGO })).to.equal(1);
  });

  it("plans each once, however many recover at once", async () => {
    const { db } = world();
    // All of them have begun before any of them goes on.
    const started = await db.transaction().execute(async (trx) => {
      await sql`SELECT FROM keystone.webhook_endpoint WHERE id = ${endpointId}::uuid FOR UPDATE`.execute(trx);
      const requests = Array.from({ length: 5 }, () => recover({ since: LONG_AGO }));
      await untilWaiting({ db }, 5);
      return { requests };
    });
    const counts = await Promise.all(started.requests);
    expect(counts.sort()).to.deep.equal([0, 0, 0, 0, 3]);
  });
});
