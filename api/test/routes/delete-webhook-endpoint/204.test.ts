import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { matchTrade } from "../../support/trades.ts";
import { createEndpoint, deliveriesOf, WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("DELETE /v1/platforms/me/webhooks/{endpoint_id} 204", () => {
  const world = useWorld();

  it("ends the endpoint, its secret and what waits; what was tried stays in the log", async () => {
    const tenant = await createTenant(world());
    const { id } = await createEndpoint(world(), tenant);
    await matchTrade(world(), { tenants: [tenant, tenant] });
    const [tried] = await deliveriesOf(world(), tenant, id);
    const { db } = world();
    await db
      .updateTable("keystone.webhook_delivery")
      .set({ pending: false, next_attempt_at: null })
      .where("id", "=", tried.id)
      .execute();
    const { status } = await world().call("DELETE", `${WEBHOOKS}/${id}`, tenant);
    expect(status).to.equal(204);
    expect((await world().call("GET", `${WEBHOOKS}/${id}`, tenant)).status).to.equal(404);
    expect((await world().call("DELETE", `${WEBHOOKS}/${id}`, tenant)).status).to.equal(404);
    const left = await db.selectFrom("keystone.webhook_delivery").select("id").where("endpoint_id", "=", id).execute();
    expect(left).to.deep.equal([{ id: tried.id }]);
    const secrets = await db.selectFrom("keystone.webhook_secret").select("id").where("endpoint_id", "=", id).execute();
    expect(secrets).to.deep.equal([]);
    const activity = await db
      .selectFrom("keystone.activity_log")
      .select("status_code")
      .where("resource_id", "=", id)
      .where("type", "=", "webhook.endpoint_deleted")
      .execute();
    expect(activity).to.deep.equal([{ status_code: 204 }]);
  });
});
