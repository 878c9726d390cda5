import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlement-templates 422", () => {
  const world = useWorld();

  it("refuses other parameters and bad pages", async () => {
    const { token } = await createTenant(world());
    for (const query of ["slug=dvp", "limit=500", "cursor=x"]) {
      const { status, body } = await world().call("GET", `/v1/settlement-templates?${query}`, { token });
      expect(status).to.equal(422);
      expect(body.detail[0].loc).to.deep.equal(["query", query.split("=")[0]]);
    }
  });
});
