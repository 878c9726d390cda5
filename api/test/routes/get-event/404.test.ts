import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { matchTrade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/events/{event_id} 404", () => {
  const world = useWorld();

  it("tells another tenant's event, an unknown one and nonsense in the same words", async () => {
    const { seller } = await matchTrade(world());
    const { body: page } = await world().call("GET", "/v1/events", { token: seller.token });
    const stranger = await createTenant(world());
    for (const id of [page.items[0].id, `evt_${"0".repeat(32)}`, "nonsense", "%00"]) {
      const { status, body } = await world().call("GET", `/v1/events/${id}`, { token: stranger.token });
      expect(status).to.equal(404);
      const { request_id: _, ...told } = body;
      expect(told).to.deep.equal({ detail: "Event not found", code: "not_found" });
    }
  });
});
