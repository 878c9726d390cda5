import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlement-templates/{template_id} 404", () => {
  const world = useWorld();

  it("knows no other id, and no slug in its place", async () => {
    const { token } = await createTenant(world());
    for (const id of [randomUUID(), "dvp-standard"]) {
      const { status, body } = await world().call("GET", `/v1/settlement-templates/${id}`, { token });
      expect(status).to.equal(404);
      expect(body.detail).to.equal("Settlement template not found");
    }
  });
});
