import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { matchTrade } from "../../support/trades.ts";
import { createEndpoint, deliveriesOf, WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("PATCH /v1/platforms/me/webhooks/{endpoint_id} 200", () => {
  const world = useWorld();

  it("changes what is given and nothing else, with one activity row", async () => {
    const { token, ...tenant } = await createTenant(world());
    const { secret: _, ...made } = await createEndpoint(world(), { token, ...tenant }, { description: "first" });
    const patch = async (json: unknown) => {
      const { status, body } = await world().call("PATCH", `${WEBHOOKS}/${made.id}`, { token, json });
      expect(status).to.equal(200);
      return body;
    };
    const moved = await patch({ url: "https://other.example.com/", events: ["instruction.*"] });
    const { updated_at } = moved;
    expect(moved).to.deep.equal({ ...made, url: "https://other.example.com/", events: ["instruction.*"], updated_at });
    expect((await patch({ description: null })).description).to.equal(null);
    expect((await patch({ event_types: ["test.ping"] })).events).to.deep.equal(["test.ping"]);
    const idle = await patch({});
    expect(idle.events).to.deep.equal(["test.ping"]);
    const rows = await world()
      .db.selectFrom("keystone.activity_log")
      .select("detail")
      .where("resource_id", "=", made.id)
      .where("type", "=", "webhook.endpoint_updated")
      .orderBy("created_at")
      .execute();
    expect(rows.map(({ detail }) => detail)).to.deep.equal([
      { changed: ["url", "events"] },
      { changed: ["description"] },
      { changed: ["events"] },
    ]);
  });

  it("plans nothing for an inactive endpoint, nor for events that it does not want", async () => {
    const tenant = await createTenant(world());
    const off = await createEndpoint(world(), tenant);
    await world().call("PATCH", `${WEBHOOKS}/${off.id}`, { token: tenant.token, json: { is_active: false } });
    const some = await createEndpoint(world(), tenant, { events: ["settlement.state.*"] });
    const stranger = await createTenant(world());
    const foreign = await createEndpoint(world(), stranger);
    await matchTrade(world(), { tenants: [tenant, tenant] });
    expect(await deliveriesOf(world(), tenant, off.id)).to.deep.equal([]);
    expect(await deliveriesOf(world(), stranger, foreign.id)).to.deep.equal([]);
    const [planned, ...rest] = await deliveriesOf(world(), tenant, some.id);
    expect(rest).to.deep.equal([]);
    expect(planned).to.deep.include({
      endpoint_id: some.id,
      event_type: "settlement.state.instructed",
      attempt: 1,
      success: false,
      status_code: null,
      duration_ms: null,
    });
    expect(planned.next_attempt_at).to.be.a("string");
  });

  it("clears the reason when it is switched on again", async () => {
    const { token, ...tenant } = await createTenant(world());
    const { id } = await createEndpoint(world(), { token, ...tenant });
    await world()
      .db.updateTable("keystone.webhook_endpoint")
      .set({ is_active: false, disabled_reason: "The endpoint answered 410" })
      .where("id", "=", id)
      .execute();
    const { body } = await world().call("PATCH", `${WEBHOOKS}/${id}`, { token, json: { is_active: true } });
    expect(body).to.deep.include({ is_active: true, disabled_reason: null });
  });
});
