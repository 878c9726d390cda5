import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlement-templates/{template_id} 200", () => {
  const world = useWorld();

  it("reads a template as it is listed", async () => {
    const { token } = await createTenant(world());
    const { body: list } = await world().call("GET", "/v1/settlement-templates?limit=1", { token });
    const { status, body } = await world().call("GET", `/v1/settlement-templates/${list.items[0].id}`, { token });
    expect(status).to.equal(200);
    expect(body).to.deep.equal(list.items[0]);
  });
});
