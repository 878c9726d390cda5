import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { createEndpoint, deliveriesOf, WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/platforms/me/webhooks/{endpoint_id}/test 422", () => {
  const world = useWorld();

  for (const event of ["settlement.*", "*", "unknown"]) {
    it(`has no sample of ${event}, and sends nothing`, async () => {
      const tenant = await createTenant(world());
      const { id } = await createEndpoint(world(), tenant);
      const { status, body } = await world().call("POST", `${WEBHOOKS}/${id}/test`, { ...tenant, json: { event } });
      expect(status).to.equal(422);
      expect(body).to.deep.include({ code: "webhook_event_unknown", context: { loc: ["body", "event"] } });
      expect(await deliveriesOf(world(), tenant, id)).to.deep.equal([]);
    });
  }
});
