import { expect } from "chai";
import type { Json } from "../../support/client.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { matchTrade } from "../../support/trades.ts";
import { createEndpoint, deliveriesOf, WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/platforms/me/webhooks/{endpoint_id}/deliveries/{delivery_id}/redeliver 201", () => {
  const world = useWorld();
  let tenant: Tenant;
  let endpointId: string;
  let planned: Json;
  beforeEach(async () => {
    tenant = await createTenant(world());
    endpointId = (await createEndpoint(world(), tenant, { events: ["settlement.*"] })).id;
    await matchTrade(world(), { tenants: [tenant, tenant] });
    [planned] = await deliveriesOf(world(), tenant, endpointId);
  });
  const redeliver = (id: string, headers: Record<string, string> = {}) =>
    world().call("POST", `${WEBHOOKS}/${endpointId}/deliveries/${id}/redeliver`, { ...tenant, headers });
  const finish = (success: boolean) =>
    world()
      .db.updateTable("keystone.webhook_delivery")
      .set({ pending: false, next_attempt_at: null, success, duration_ms: 5 })
      .where("id", "=", planned.id)
      .execute();

  for (const success of [true, false]) {
    it(`plans the same event anew, ${success ? "delivered" : "failed"} as it was`, async () => {
      await finish(success);
      const { status, body } = await redeliver(planned.id);
      expect(status).to.equal(201);
      expect(body).to.deep.include({
        endpoint_id: endpointId,
        event_id: planned.event_id,
        event_type: planned.event_type,
        attempt: 1,
        success: false,
        duration_ms: null,
      });
      expect(Date.parse(body.next_attempt_at)).to.be.at.most(Date.now() + 1000);
      expect(await deliveriesOf(world(), tenant, endpointId)).to.have.length(2);
      const activity = await world()
        .db.selectFrom("keystone.activity_log")
        .select("detail")
        .where("resource_id", "=", endpointId)
        .where("type", "=", "webhook.redelivered")
        .execute();
      expect(activity).to.deep.equal([{ detail: { event_id: planned.event_id, delivery_id: body.id } }]);
    });
  }

  it("brings forward an attempt that waits, so that there is one", async () => {
    const { body } = await redeliver(planned.id);
    const rows = await deliveriesOf(world(), tenant, endpointId);
    expect(rows.map(({ id }) => id)).to.deep.equal([body.id]);
  });

  it("replays its key, and refuses it for another delivery", async () => {
    await finish(true);
    const headers = { "idempotency-key": "again" };
    const [first, second] = [await redeliver(planned.id, headers), await redeliver(planned.id, headers)];
    expect([first.status, second.status]).to.deep.equal([201, 200]);
    expect(second.body).to.deep.equal(first.body);
    expect((await redeliver(first.body.id, headers)).body.code).to.equal("idempotency_key_reused");
  });

  it("replays its key when the event was asked for once more before it was delivered", async () => {
    const headers = { "idempotency-key": "once" };
    const first = await redeliver(planned.id, headers);
    expect((await redeliver(planned.id)).status).to.equal(201);
    const replay = await redeliver(planned.id, headers);
    expect([replay.status, replay.body.id]).to.deep.equal([200, first.body.id]);
  });

  for (const made of [true, false]) {
    it(`is planned once, however many ask at once, ${made ? "made" : "waiting"} as it was`, async () => {
      if (made) await finish(true);
      const answers = await Promise.all(Array.from({ length: 6 }, () => redeliver(planned.id)));
      expect(answers.map(({ status }) => status)).to.deep.equal(Array(6).fill(201));
      expect(await deliveriesOf(world(), tenant, endpointId)).to.have.length(made ? 2 : 1);
    });
  }

  it("knows no delivery of another endpoint", async () => {
    const other = await createEndpoint(world(), tenant);
    const path = `${WEBHOOKS}/${other.id}/deliveries/${planned.id}/redeliver`;
    const { status, body } = await world().call("POST", path, tenant);
    expect(status).to.equal(404);
    expect(body.detail).to.equal("Webhook delivery not found");
    expect((await redeliver("nonsense")).status).to.equal(404);
  });
});
