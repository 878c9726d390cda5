import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/instruments 422", () => {
  const world = useWorld();

  it("names the parameter", async () => {
    const { token } = await createTenant(world());
    for (const query of ["chain_id=home", "chain_id=0", "token_address=0x12", "alias=", "name=x", "offset=-1"]) {
      const { status, body } = await world().call("GET", `/v1/instruments?${query}`, { token });
      expect(status).to.equal(422);
      expect(body.detail[0].loc).to.deep.equal(["query", query.split("=")[0]]);
    }
  });
});
