import { expect } from "chai";
import { sellOpen } from "../../support/instructions.ts";
import { createTenant, createToken } from "../../support/tenants.ts";
import { submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/instructions 403", () => {
  const world = useWorld();

  it("refuses a token that may only read, and names the right", async () => {
    const { clientId } = await createTenant(world());
    const token = await createToken(world(), { clientId, scope: "settlements:read instructions:read" });
    const { status, body } = await world().call("POST", "/v1/instructions", { token, json: sellOpen() });
    expect(status).to.equal(403);
    expect(body).to.deep.include({ code: "insufficient_scope", context: { required: "instructions:write" } });
  });

  it("takes instructions:write by itself", async () => {
    const { clientId } = await createTenant(world());
    const token = await createToken(world(), { clientId, scope: "instructions:write" });
    expect((await world().call("POST", "/v1/instructions", { token, json: sellOpen() })).status).to.equal(201);
  });

  it("refuses new instructions of a suspended platform and stores nothing", async () => {
    const tenant = await createTenant(world());
    await world()
      .db.updateTable("keystone.platform")
      .set({ status: "suspended" })
      .where("id", "=", tenant.platformId)
      .execute();
    const { status, body } = await submit(world(), tenant, sellOpen());
    expect(status).to.equal(403);
    expect(body.code).to.equal("platform_suspended");
    const list = await world().call("GET", "/v1/instructions", { token: tenant.token });
    expect(list.body.total).to.equal(0);
  });
});
