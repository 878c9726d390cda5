import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { createEndpoint, WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/platforms/me/webhooks/{endpoint_id}/deliveries 422", () => {
  const world = useWorld();

  for (const [query, field] of [
    ["success=maybe", "success"],
    ["event_type=settlement.*", "event_type"],
    ["created_from=yesterday", "created_from"],
    ["limit=0", "limit"],
    ["cursor=x", "cursor"],
  ] as const) {
    it(`names ${field} for ?${query}`, async () => {
      const tenant = await createTenant(world());
      const { id } = await createEndpoint(world(), tenant);
      const { status, body } = await world().call("GET", `${WEBHOOKS}/${id}/deliveries?${query}`, tenant);
      expect(status).to.equal(422);
      expect(body.detail[0].loc).to.deep.equal(["query", field]);
    });
  }
});
