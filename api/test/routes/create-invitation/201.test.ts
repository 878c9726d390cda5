import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { activityOf } from "../../support/activity.ts";
import { addMember, managerToken, operatorToken, roleId } from "../../support/members.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

const PATH = "/v1/platforms/me/invitations";
const WEEK_MS = 7 * 86_400_000;

describe("POST /v1/platforms/me/invitations", () => {
  const world = useWorld();
  let tenant: Tenant;
  let token: string;
  before(async () => {
    tenant = await createTenant(world());
    const { userId } = await addMember(world(), tenant, ["platform_manager"]);
    token = await managerToken(world(), tenant, { userId });
  });

  const invite = (json: unknown, headers: Record<string, string> = {}) =>
    world().call("POST", PATH, { token, json, headers });
  const fresh = (changes: Record<string, unknown> = {}) => ({ email: `${randomUUID()}@example.com`, ...changes });
  const pending = async () => (await world().deps.directory.invitations(tenant.orgId)).length;

  it("201 invites for seven days; whoever opens the URL becomes a member with the roles", async () => {
    const json = fresh({ role_ids: [await roleId(world(), "viewer"), await roleId(world(), "operator")] });
    const { status, body } = await invite(json);
    expect(status).to.equal(201);
    expect(body).to.deep.include({ invitee_email: json.email, roles: ["operator", "viewer"] });
    expect(body.inviter_name).to.match(/@example\.com$/);
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).to.equal(WEEK_MS);
    const { user_id } = await world().local.accept(body.invitation_url);
    const member = (await world().deps.directory.members(tenant.orgId)).find(({ userId }) => userId === user_id);
    expect(member?.email).to.equal(json.email);
    expect(member?.roleIds.toSorted()).to.deep.equal(["rol_operator", "rol_viewer"]);
  });

  it("logs who was invited to what, and never the URL", async () => {
    const json = fresh({ send_email: false });
    const { body } = await invite(json);
    const rows = await activityOf(world(), body.id);
    expect(rows).to.have.length(1);
    expect(rows[0]).to.deep.include({
      type: "invitation.created",
      category: "member",
      description: `${json.email} invited`,
      resource_type: "invitation",
      platform_id: tenant.platformId,
      environment_id: null,
      detail: { roles: [], send_email: false },
    });
    const ticket = new URL(body.invitation_url).searchParams.get("invitation") as string;
    expect(JSON.stringify(rows) + world().logged.join("")).to.not.include(ticket);
  });

  it("200 for the same key and body, one invitation however many ask at once; 404 once it was accepted", async () => {
    const headers = { "idempotency-key": randomUUID() };
    const json = fresh();
    const before = await pending();
    const answers = await Promise.all([1, 2, 3].map(() => invite(json, headers)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).to.equal(1);
    expect(await pending()).to.equal(before + 1);
    const other = await invite(fresh(), headers);
    expect(other.body).to.deep.include({
      code: "idempotency_key_reused",
      context: { existing_id: answers[0]?.body.id },
    });
    await world().local.accept(answers[0]?.body.invitation_url);
    expect((await invite(json, headers)).status).to.equal(404);
  });

  it("409 invitation_exists for all but one of those who invite an address at once, in whatever case", async () => {
    const { email } = fresh();
    const emails = [email, email.toUpperCase(), email, email.toUpperCase()];
    const before = await pending();
    const answers = await Promise.all(emails.map((each) => invite({ email: each })));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).to.deep.include({ code: "invitation_exists", context: { loc: ["body", "email"] } });
    expect(await pending()).to.equal(before + 1);
  });

  it("422 role_id_unknown, and invites nobody", async () => {
    const before = await pending();
    const { status, body } = await invite(fresh({ role_ids: ["rol_billing"] }));
    expect(status).to.equal(422);
    expect(body).to.deep.include({ code: "role_id_unknown", context: { loc: ["body", "role_ids", 0] } });
    expect(await pending()).to.equal(before);
  });

  const WRONG: [string, Record<string, unknown>, string, string][] = [
    ["no address", { email: undefined }, "email", "missing"],
    ["no domain", { email: "ada" }, "email", "email"],
    ["two addresses", { email: "a@example.com,b@example.com" }, "email", "email"],
    ["a line break", { email: "a@example.com\nBcc: b@example.com" }, "email", "email"],
    ["six roles", { role_ids: ["a", "b", "c", "d", "e", "f"] }, "role_ids", "too_long"],
    ["a word for a truth value", { send_email: "no" }, "send_email", "bool_type"],
    ["another field", { name: "Ada" }, "name", "extra_forbidden"],
  ];
  for (const [name, changes, field, type] of WRONG) {
    it(`422 for ${name}`, async () => {
      const { status, body } = await invite(fresh(changes));
      expect(status).to.equal(422);
      expect(body.detail).to.have.length(1);
      expect(body.detail[0]).to.deep.include({ loc: ["body", field], type });
    });
  }

  describe("by an operator, POST /v1/platforms/{platform_id}/invitations", () => {
    it("201 for a platform's first manager, in KeyStone's name, logged for the platform", async () => {
      const other = await createTenant(world());
      const { userId } = await addMember(world(), other);
      const by = await operatorToken(world(), userId);
      const json = fresh({ role_ids: [await roleId(world(), "platform_manager")] });
      const path = `/v1/platforms/${other.platformId}/invitations`;
      const headers = { "idempotency-key": randomUUID() };
      const { status, body } = await world().call("POST", path, { token: by, json, headers });
      expect(status).to.equal(201);
      expect(body).to.deep.include({ inviter_name: "KeyStone", roles: ["platform_manager"] });
      const [row] = await activityOf(world(), body.id);
      expect(row).to.include({ platform_id: other.platformId, actor_type: "admin", actor_id: userId });
      const again = await world().call("POST", path, { token: by, json, headers });
      expect({ status: again.status, id: again.body.id }).to.deep.equal({ status: 200, id: body.id });
      const elsewhere = await world().call("POST", `/v1/platforms/${tenant.platformId}/invitations`, {
        token: by,
        json,
        headers,
      });
      expect(elsewhere.status, "the key is of the route with its platform").to.equal(201);
    });

    it("404 for a platform that there is not, or that has no organization", async () => {
      const by = await operatorToken(world());
      const bare = await world()
        .db.insertInto("keystone.platform")
        .values({ name: "A", slug: `p-${randomUUID()}`, auth0_org_id: null })
        .returning("id")
        .executeTakeFirstOrThrow();
      for (const [id, detail] of [
        [randomUUID(), "Platform not found"],
        ["x", "Platform not found"],
        [bare.id, "Organization not found"],
      ]) {
        const answer = await world().call("POST", `/v1/platforms/${id}/invitations`, { token: by, json: fresh() });
        expect({ status: answer.status, detail: answer.body.detail }).to.deep.equal({ status: 404, detail });
      }
    });
  });
});
