import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { createEndpoint, WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/platforms/me/webhooks/{endpoint_id}/recover 422", () => {
  const world = useWorld();
  const since = "2026-01-01T00:00:00Z";

  for (const [json, loc] of [
    [{}, ["body", "since"]],
    [{ since, event_ids: ["evt_1"] }, ["body", "since"]],
    [{ since: "2026-01-01T00:00:00" }, ["body", "since"]],
    [{ event_ids: [] }, ["body", "event_ids"]],
    [{ event_ids: Array(1001).fill("evt_1") }, ["body", "event_ids"]],
    [{ since, only_failed: "yes" }, ["body", "only_failed"]],
  ] as const) {
    it(`names ${loc[1]} for ${JSON.stringify(json).slice(0, 60)}`, async () => {
      const tenant = await createTenant(world());
      const { id } = await createEndpoint(world(), tenant);
      const { status, body } = await world().call("POST", `${WEBHOOKS}/${id}/recover`, { ...tenant, json });
      expect(status).to.equal(422);
      expect(body.detail[0].loc).to.deep.equal(loc);
    });
  }
});
