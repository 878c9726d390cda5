import { expect } from "chai";
import { createTenant } from "../support/tenants.ts";
import { useWorld } from "../support/world.ts";

describe("the version of an answer", () => {
  const world = useWorld();

  it("is the environment's, the newest where that is none, and named in every answer", async () => {
    const tenant = await createTenant(world());
    const read = async (headers: Record<string, string> = {}) =>
      (await world().call("GET", "/v1/settlements", { token: tenant.token, headers })).headers.get("keystone-version");
    for (const api_version of [null, "0.1.0", "0.0.1"]) {
      const { db } = world();
      await db
        .updateTable("keystone.environment")
        .set({ api_version })
        .where("id", "=", tenant.environmentId)
        .execute();
      expect(await read(), String(api_version)).to.equal("0.1.0");
    }
    expect(await read({ "keystone-version": "0.1.0" })).to.equal("0.1.0");
  });

  it("that is unknown is refused to who may call, and told to nobody else", async () => {
    const { token } = await createTenant(world());
    const headers = { "keystone-version": "2" };
    const refused = await world().call("GET", "/v1/settlements", { token, headers });
    expect([refused.status, refused.body.code]).to.deep.equal([400, "unknown_api_version"]);
    expect(refused.headers.get("x-ratelimit-remaining")).to.match(/^[0-9]+$/);
    expect((await world().call("GET", "/v1/settlements", { headers })).status).to.equal(401);
  });
});
