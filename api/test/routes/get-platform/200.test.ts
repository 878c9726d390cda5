import { expect } from "chai";
import { managerToken } from "../../support/members.ts";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/platforms/me", () => {
  const world = useWorld();

  it("200 is the caller's own, for machines and users alike", async () => {
    const [tenant, other] = [await createTenant(world()), await createTenant(world())];
    const machine = (await world().call("GET", "/v1/platforms/me", { token: tenant.token })).body;
    expect(machine).to.deep.include({ id: tenant.platformId, slug: tenant.platformSlug, auth0_org_id: tenant.orgId });
    const user = await world().call("GET", "/v1/platforms/me", { token: await managerToken(world(), tenant) });
    expect(user.body).to.deep.equal(machine);
    const theirs = await world().call("GET", "/v1/platforms/me", { token: other.token });
    expect(theirs.body.id).to.equal(other.platformId);
  });
});
