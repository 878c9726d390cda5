import { expect } from "chai";
import { activityOf } from "../../support/activity.ts";
import { addMember, managerToken } from "../../support/members.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("DELETE /v1/platforms/me/members/{user_id}", () => {
  const world = useWorld();
  let tenant: Tenant;
  let token: string;
  before(async () => {
    tenant = await createTenant(world());
    token = await managerToken(world(), tenant, { userId: "user|grace" });
  });

  const remove = (userId: string, by = token) =>
    world().call("DELETE", `/v1/platforms/me/members/${encodeURIComponent(userId)}`, { token: by });
  const members = async (of = tenant) => (await world().deps.directory.members(of.orgId)).map(({ userId }) => userId);

  it("204 takes the member out, once however many ask at once, and logs it", async () => {
    const [gone, stays] = [await addMember(world(), tenant), await addMember(world(), tenant)];
    const answers = await Promise.all([1, 2, 3].map(() => remove(gone.userId)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([204, 404, 404]);
    expect(await members())
      .to.include(stays.userId)
      .and.not.include(gone.userId);
    const rows = await activityOf(world(), gone.userId);
    expect(rows).to.have.length(1);
    expect(rows[0]).to.deep.include({ type: "member.removed", category: "member", actor_id: "user|grace" });
  });

  it("403 self_change_forbidden for oneself", async () => {
    const { userId } = await addMember(world(), tenant, ["platform_manager"]);
    const { status, body } = await remove(userId, await managerToken(world(), tenant, { userId }));
    expect({ status, code: body.code }).to.deep.equal({ status: 403, code: "self_change_forbidden" });
    expect(await members()).to.include(userId);
  });

  it("404 for a member of another platform, who stays there", async () => {
    const other = await createTenant(world());
    const { userId } = await addMember(world(), other);
    for (const id of [userId, "nobody", "\u0000", "x".repeat(4000)])
      expect((await remove(id)).status, id).to.equal(404);
    expect(await members(other)).to.include(userId);
  });
});
