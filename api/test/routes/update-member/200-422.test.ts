import { expect } from "chai";
import { activityOf } from "../../support/activity.ts";
import { addMember, managerToken, roleId } from "../../support/members.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("PATCH /v1/platforms/me/members/{user_id}", () => {
  const world = useWorld();
  let tenant: Tenant;
  let token: string;
  let userId: string;
  beforeEach(async () => {
    tenant = await createTenant(world());
    token = await managerToken(world(), tenant, { userId: "user|grace" });
    ({ userId } = await addMember(world(), tenant, ["operator", "developer"]));
  });

  const change = (json: unknown, of = userId, by = token) =>
    world().call("PATCH", `/v1/platforms/me/members/${encodeURIComponent(of)}`, { token: by, json });
  const present = async () => {
    const found = (await world().deps.directory.members(tenant.orgId)).find((member) => member.userId === userId);
    return found?.roleIds.toSorted();
  };
  const ids = (...names: string[]) => Promise.all(names.map((name) => roleId(world(), name)));

  it("200 replaces all roles, and logs what was given and taken", async () => {
    const { status, body } = await change({ role_ids: await ids("viewer", "developer", "viewer") });
    expect(status).to.equal(200);
    expect(body.user_id).to.equal(userId);
    expect(body.roles.map(({ name }: { name: string }) => name)).to.deep.equal(["developer", "viewer"]);
    expect(await present()).to.deep.equal((await ids("developer", "viewer")).sort());
    const [row] = await activityOf(world(), userId);
    expect(row).to.deep.include({
      type: "member.roles_changed",
      category: "member",
      resource_type: "member",
      platform_id: tenant.platformId,
      actor_id: "user|grace",
      detail: { roles: ["developer", "viewer"], given: ["viewer"], taken: ["operator"] },
    });
  });

  it("leaves roles alone that are not the platform's to give", async () => {
    const taken: string[] = [];
    const { directory } = world().deps;
    const { call } = await world().serve({
      directory: {
        ...directory,
        members: async (id) =>
          (await directory.members(id)).map((member) => ({ ...member, roleIds: [...member.roleIds, "rol_billing"] })),
        changeRoles: async (_id, _user, { take }) => void taken.push(...take),
      },
    });
    const json = { role_ids: await ids("viewer") };
    const answer = await call("PATCH", `/v1/platforms/me/members/${encodeURIComponent(userId)}`, { token, json });
    expect(answer.status).to.equal(200);
    expect(taken.sort()).to.deep.equal((await ids("developer", "operator")).sort());
  });

  it("leaves exactly one of the changes that are made at once", async () => {
    const wanted = await Promise.all([ids("viewer"), ids("operator", "viewer"), ids("compliance_officer")]);
    const answers = await Promise.all(wanted.map((role_ids) => change({ role_ids })));
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200]);
    const left = await present();
    expect(wanted.map((each) => each.toSorted())).to.deep.include(left);
  });

  it("403 self_change_forbidden for the own roles", async () => {
    const own = await managerToken(world(), tenant, { userId });
    const { status, body } = await change({ role_ids: await ids("viewer") }, userId, own);
    expect({ status, code: body.code }).to.deep.equal({ status: 403, code: "self_change_forbidden" });
    expect(await present()).to.deep.equal((await ids("developer", "operator")).sort());
  });

  it("404 for whoever is no member here, a member elsewhere included", async () => {
    const foreign = await addMember(world(), await createTenant(world()));
    for (const id of [foreign.userId, "nobody", "a/b", "\u0000", "x".repeat(4000), "💣".repeat(100)]) {
      const { status, body } = await change({ role_ids: await ids("viewer") }, id);
      expect({ status, detail: body.detail }, id).to.deep.equal({ status: 404, detail: "Member not found" });
    }
  });

  it("422 role_id_unknown for a role that is none or not to be given, and changes nothing", async () => {
    const [viewer] = await ids("viewer");
    const { status, body } = await change({ role_ids: [viewer, "rol_billing"] });
    expect(status).to.equal(422);
    expect(body).to.deep.include({ code: "role_id_unknown", context: { loc: ["body", "role_ids", 1] } });
    expect(await present()).to.deep.equal((await ids("developer", "operator")).sort());
  });

  for (const [name, json, type] of [
    ["no roles", {}, "missing"],
    ["an empty list", { role_ids: [] }, "too_short"],
    ["six roles", { role_ids: ["a", "b", "c", "d", "e", "f"] }, "too_long"],
    ["one role", { role_ids: "rol_viewer" }, "list_type"],
  ] as const) {
    it(`422 for ${name}`, async () => {
      const { status, body } = await change(json);
      expect(status).to.equal(422);
      expect(body.detail[0]).to.deep.include({ loc: ["body", "role_ids"], type });
    });
  }
});
