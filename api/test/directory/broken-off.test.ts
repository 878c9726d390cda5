import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { freePort } from "../../../devnet/src/ports.ts";
import { createDirectory } from "../../src/directory/auth0/adapter.ts";
import type { Directory } from "../../src/directory/directory.ts";
import { activityOf } from "../support/activity.ts";
import type { Call } from "../support/client.ts";
import { addMember, managerToken, operatorToken, roleId } from "../support/members.ts";
import { createTenant, type Tenant } from "../support/tenants.ts";
import { useWorld } from "../support/world.ts";

type Write = "createOrganization" | "changeRoles" | "removeMember" | "invite" | "withdraw";

describe("a write at the directory that breaks off", () => {
  const world = useWorld();
  let tenant: Tenant;
  let token: string;
  before(async () => {
    tenant = await createTenant(world());
    token = await managerToken(world(), tenant);
  });

  /** A copy of the API that dies, as far as its database is concerned, right after the directory has done as it was told. */
  async function dying(write: Write): Promise<Call> {
    const real = world().deps.directory;
    const done = real[write].bind(real) as (...given: unknown[]) => Promise<unknown>;
    const then = async (...given: unknown[]) => {
      await done(...given);
      throw new Error("the process was killed");
    };
    return (await world().serve({ directory: { ...real, [write]: then } as Directory })).call;
  }
  const intents = (subject: string) =>
    world().db.selectFrom("keystone.directory_intent").selectAll().where("subject", "=", subject).execute();

  it("is taken up when a platform is registered again: one organization, one platform", async () => {
    const operator = await operatorToken(world());
    const { client_id } = await world().local.createClient();
    const json = { name: "A", slug: `p-${randomUUID()}`, auth0_client_id: client_id };
    const headers = { "idempotency-key": randomUUID() };
    const call = await dying("createOrganization");
    expect((await call("POST", "/v1/platforms", { token: operator, json, headers })).status).to.equal(500);
    expect(await intents(json.slug)).to.have.length(1);
    const rows = () => world().db.selectFrom("keystone.platform").selectAll().where("slug", "=", json.slug).execute();
    expect(await rows()).to.deep.equal([]);
    const again = await world().call("POST", "/v1/platforms", { token: operator, json, headers });
    expect(again.status).to.equal(201);
    expect(again.body.auth0_org_id).to.equal(`org_local_${json.slug}`);
    expect(await rows()).to.have.length(1);
    expect(await intents(json.slug)).to.deep.equal([]);
  });

  it("is taken up when somebody is invited again: one invitation, one row of the log", async () => {
    const json = { email: `${randomUUID()}@example.com`, role_ids: [await roleId(world(), "viewer")] };
    const headers = { "idempotency-key": randomUUID() };
    const call = await dying("invite");
    const path = "/v1/platforms/me/invitations";
    expect((await call("POST", path, { token, json, headers })).status).to.equal(500);
    const again = await world().call("POST", path, { token, json, headers });
    expect(again.status).to.equal(201);
    expect(again.body.roles).to.deep.equal(["viewer"]);
    const pending = await world().deps.directory.invitations(tenant.orgId);
    expect(pending.filter(({ inviteeEmail }) => inviteeEmail === json.email)).to.have.length(1);
    expect(await activityOf(world(), again.body.id)).to.have.length(1);
    expect((await world().call("POST", path, { token, json, headers })).status).to.equal(200);
    expect((await world().call("POST", path, { token, json })).body.code).to.equal("invitation_exists");
  });

  it("is replaced when somebody is invited again with other roles", async () => {
    const json = { email: `${randomUUID()}@example.com`, role_ids: [await roleId(world(), "platform_manager")] };
    const path = "/v1/platforms/me/invitations";
    const call = await dying("invite");
    await call("POST", path, { token, json });
    const viewer = { ...json, role_ids: [await roleId(world(), "viewer")] };
    const again = await world().call("POST", path, { token, json: viewer });
    expect(again.body.roles).to.deep.equal(["viewer"]);
    const pending = await world().deps.directory.invitations(tenant.orgId);
    expect(pending.filter(({ inviteeEmail }) => inviteeEmail === json.email).map(({ id }) => id)).to.deep.equal([
      again.body.id,
    ]);
  });

  it("is taken up when a member is removed again, and logged", async () => {
    const { userId } = await addMember(world(), tenant);
    const path = `/v1/platforms/me/members/${encodeURIComponent(userId)}`;
    const call = await dying("removeMember");
    expect((await call("DELETE", path, { token })).status).to.equal(500);
    expect(await activityOf(world(), userId)).to.deep.equal([]);
    expect((await world().call("DELETE", path, { token })).status).to.equal(204);
    expect((await activityOf(world(), userId)).map(({ type }) => type)).to.deep.equal(["member.removed"]);
    expect((await world().call("DELETE", path, { token })).status).to.equal(404);
  });

  it("is taken up when roles are given again, and logged", async () => {
    const { userId } = await addMember(world(), tenant, ["operator"]);
    const path = `/v1/platforms/me/members/${encodeURIComponent(userId)}`;
    const json = { role_ids: [await roleId(world(), "viewer")] };
    const call = await dying("changeRoles");
    expect((await call("PATCH", path, { token, json })).status).to.equal(500);
    const again = await world().call("PATCH", path, { token, json });
    expect(again.status).to.equal(200);
    expect(again.body.roles.map(({ name }: { name: string }) => name)).to.deep.equal(["viewer"]);
    expect((await activityOf(world(), userId)).map(({ type }) => type)).to.deep.equal(["member.roles_changed"]);
    await world().call("PATCH", path, { token, json });
    expect(await activityOf(world(), userId), "what changes nothing is not logged").to.have.length(1);
  });

  it("is taken up when an invitation is withdrawn again, and logged", async () => {
    const json = { email: `${randomUUID()}@example.com` };
    const { id } = (await world().call("POST", "/v1/platforms/me/invitations", { token, json })).body;
    const call = await dying("withdraw");
    expect((await call("DELETE", `/v1/platforms/me/invitations/${id}`, { token })).status).to.equal(500);
    expect((await world().call("DELETE", `/v1/platforms/me/invitations/${id}`, { token })).status).to.equal(204);
    expect((await activityOf(world(), id)).map(({ type }) => type)).to.deep.equal([
      "invitation.created",
      "invitation.deleted",
    ]);
    expect((await world().call("DELETE", `/v1/platforms/me/invitations/${id}`, { token })).status).to.equal(404);
  });

  it("without a directory: 503, and nothing is changed", async () => {
    const { userId } = await addMember(world(), tenant, ["operator"]);
    const pending = await world().deps.directory.invitations(tenant.orgId);
    const operator = await operatorToken(world());
    const { client_id } = await world().local.createClient();
    const nowhere = { ...world().local.directoryOptions, url: `http://127.0.0.1:${await freePort()}/` };
    const { call } = await world().serve({ directory: createDirectory(nowhere) });
    const logged = async () =>
      (
        await world()
          .db.selectFrom("keystone.activity_log")
          .select("id")
          .where("platform_id", "=", tenant.platformId)
          .execute()
      ).length;
    const before = await logged();
    const member = `/v1/platforms/me/members/${encodeURIComponent(userId)}`;
    const slug = `p-${randomUUID()}`;
    const bound = { name: "A", slug, auth0_client_id: client_id };
    const calls: [string, string, string, unknown?][] = [
      ["POST", "/v1/platforms", operator, bound],
      ["POST", "/v1/platforms/me/environments", token, bound],
      ["GET", "/v1/platforms/me/members", token],
      ["GET", "/v1/platforms/me/roles", token],
      ["PATCH", member, token, { role_ids: ["rol_viewer"] }],
      ["DELETE", member, token],
      ["GET", "/v1/platforms/me/invitations", token],
      ["POST", "/v1/platforms/me/invitations", token, { email: "a@example.com" }],
      ["DELETE", "/v1/platforms/me/invitations/uinv_1", token],
      ["POST", `/v1/platforms/${tenant.platformId}/invitations`, operator, { email: "a@example.com" }],
    ];
    for (const [method, path, bearer, json] of calls) {
      const { status, headers, body } = await call(method, path, { token: bearer, json });
      expect({ status, code: body.code }, `${method} ${path}`).to.deep.equal({
        status: 503,
        code: "service_unavailable",
      });
      expect(Number(headers.get("retry-after")), path).to.be.at.least(1);
    }
    expect(await logged()).to.equal(before);
    for (const table of ["keystone.platform", "keystone.environment"] as const) {
      expect(await world().db.selectFrom(table).select("id").where("slug", "=", slug).execute()).to.deep.equal([]);
    }
    const found = (await world().deps.directory.members(tenant.orgId)).find((each) => each.userId === userId);
    expect(found?.roleIds).to.deep.equal(["rol_operator"]);
    expect(await world().deps.directory.invitations(tenant.orgId)).to.deep.equal(pending);
    expect((await call("GET", "/v1/platforms/me", { token })).status, "the rest goes on").to.equal(200);
  });
});
