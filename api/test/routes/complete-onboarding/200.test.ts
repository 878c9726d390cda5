import { expect } from "chai";
import { activityOf } from "../../support/activity.ts";
import { managerToken } from "../../support/members.ts";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/platforms/me/complete-onboarding", () => {
  const world = useWorld();

  it("200 notes the time once, however often and by how many at once it is said", async () => {
    const tenant = await createTenant(world());
    const token = await managerToken(world(), tenant);
    const path = "/v1/platforms/me/complete-onboarding";
    const answers = await Promise.all([1, 2, 3].map(() => world().call("POST", path, { token })));
    answers.push(await world().call("POST", path, { token }));
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200]);
    const times = new Set(answers.map(({ body }) => body.onboarding_completed_at));
    expect(times.size).to.equal(1);
    expect([...times][0]).to.be.a("string");
    const rows = await activityOf(world(), tenant.platformId);
    expect(rows.map(({ type }) => type)).to.deep.equal(["platform.onboarding_completed"]);
  });
});
