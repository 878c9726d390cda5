import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { createEndpoint, WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("PATCH /v1/platforms/me/webhooks/{endpoint_id} 422", () => {
  const world = useWorld();

  for (const [json, code] of [
    [{ url: "https://10.0.0.1/" }, "webhook_url_forbidden"],
    [{ is_active: false, events: ["unknown"] }, "webhook_event_unknown"],
    [{ url: null }, "validation_error"],
    [{ events: ["*"], event_types: ["*"] }, "validation_error"],
    [{ secret: "x".repeat(30) }, "validation_error"],
  ] as const) {
    it(`refuses ${JSON.stringify(json)} and changes nothing`, async () => {
      const tenant = await createTenant(world());
      const { secret: _, ...made } = await createEndpoint(world(), tenant);
      const path = `${WEBHOOKS}/${made.id}`;
      const { status, body } = await world().call("PATCH", path, { token: tenant.token, json });
      expect(status).to.equal(422);
      expect(body.code).to.equal(code);
      expect((await world().call("GET", path, tenant)).body).to.deep.equal(made);
    });
  }
});
