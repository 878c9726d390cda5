import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/instruments/{instrument_id} 200", () => {
  const world = useWorld();

  it("reads a global entry and an own one", async () => {
    const { token } = await createTenant(world());
    const list = await world().call("GET", "/v1/instruments?alias=BOND-2026-A", { token });
    const [item] = list.body.items;
    const { status, body } = await world().call("GET", `/v1/instruments/${item.id}`, { token });
    expect(status).to.equal(200);
    expect(body).to.deep.equal(item);
  });
});
