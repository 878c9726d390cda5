import { expect } from "chai";
import { sell } from "../../support/instructions.ts";
import { createTenant } from "../../support/tenants.ts";
import { submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/instructions/{instruction_id}/cancel 422", () => {
  const world = useWorld();

  it("refuses fields, since it has none", async () => {
    const tenant = await createTenant(world());
    const { body: made } = await submit(world(), tenant, sell());
    const path = `/v1/instructions/${made.id}/cancel`;
    const { status, body } = await world().call("POST", path, {
      token: tenant.token,
      json: { reason: "changed mind" },
    });
    expect(status).to.equal(422);
    expect(body.detail[0]).to.deep.include({ loc: ["body", "reason"], type: "extra_forbidden" });
    const kept = await world().call("GET", `/v1/instructions/${made.id}`, { token: tenant.token });
    expect(kept.body.status).to.equal("pending_match");
  });
});
