import { expect } from "chai";
import { matchTrade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/events/{event_id} 200", () => {
  const world = useWorld();

  it("gives an event as its list does, to each side its own", async () => {
    const { seller, buyer } = await matchTrade(world());
    const references = [];
    for (const { token } of [seller, buyer]) {
      const { body: page } = await world().call("GET", "/v1/events", { token });
      const { status, body } = await world().call("GET", `/v1/events/${page.items[0].id}`, { token });
      expect(status).to.equal(200);
      expect(body).to.deep.equal(page.items[0]);
      references.push(body.data.external_reference);
    }
    expect(references).to.deep.equal(["desk-1", "fund-7"]);
  });
});
