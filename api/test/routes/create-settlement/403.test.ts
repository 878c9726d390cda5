import { expect } from "chai";
import { createSession } from "../../support/sessions.ts";
import { countSettlements, create, settle } from "../../support/settlements.ts";
import { createTenant, createToken } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/settlements 403", () => {
  const world = useWorld();

  it("refuses a token that may only read or instruct, and names the right", async () => {
    const { clientId } = await createTenant(world());
    const token = await createToken(world(), { clientId, scope: "settlements:read instructions:write" });
    const { status, body } = await create(world(), { token }, settle());
    expect(status).to.equal(403);
    expect(body).to.deep.include({ code: "insufficient_scope", context: { required: "settlements:write" } });
  });

  it("takes no session, whatever its scopes", async () => {
    const tenant = await createTenant(world());
    const { token } = await createSession(world(), tenant, { scopes: ["settlements:write", "settlements:read"] });
    const { status, body } = await create(world(), { token }, settle());
    expect(status).to.equal(403);
    expect(body.context.callers).to.deep.equal(["m2m", "user"]);
    expect(await countSettlements(world(), tenant)).to.equal(0);
  });

  it("refuses new settlements of a suspended platform and stores nothing", async () => {
    const tenant = await createTenant(world());
    const { db } = world();
    await db
      .updateTable("keystone.platform")
      .set({ status: "suspended" })
      .where("id", "=", tenant.platformId)
      .execute();
    const { status, body } = await create(world(), tenant, settle());
    expect([status, body.code]).to.deep.equal([403, "platform_suspended"]);
    expect(await countSettlements(world(), tenant)).to.equal(0);
  });
});
