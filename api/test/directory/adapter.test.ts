import { mock } from "node:test";
import { expect } from "chai";
import { createDirectory } from "../../src/directory/auth0/adapter.ts";
import type { Directory } from "../../src/directory/directory.ts";
import { ApiError } from "../../src/errors/api-error.ts";
import { type Reply, type ScriptedServer, startScriptedServer } from "../support/scripted-server.ts";

const OPEN_MS = 60_000;
const SECRET = "a-secret-that-nobody-may-see";

/** Bodies as Auth0's documentation shows them. */
const member = (user_id: string) => ({
  user_id,
  email: `${user_id}@example.com`,
  name: "A",
  picture: "https://a.example",
});
const invitation = (id: string, hours = 1) => ({
  id,
  organization_id: "org_1",
  inviter: { name: "Jane Doe" },
  invitee: { email: "john.doe@example.com" },
  invitation_url: "https://mycompany.example/login?invitation=f81d&organization=org_1&organization_name=acme",
  created_at: "2020-08-20T19:10:06.299Z",
  expires_at: new Date(Date.now() + hours * 3_600_000).toISOString(),
  client_id: "login",
  roles: ["rol_1"],
  ticket_id: "f81d",
});
const TOKEN: Reply = { status: 200, body: { access_token: "token-1", expires_in: 86_400, token_type: "Bearer" } };
const NO_CONTENT: Reply = { status: 204 };

describe("the directory adapter", () => {
  let server: ScriptedServer;
  let directory: Directory;
  beforeEach(async () => {
    server = await startScriptedServer();
    directory = make();
  });
  afterEach(() => {
    mock.timers.reset();
    return server.close();
  });

  const make = (changes = {}) =>
    createDirectory({
      url: server.url,
      clientId: "keystone-api",
      clientSecret: SECRET,
      loginClientId: "login",
      connectionId: undefined,
      timeoutMs: 300,
      openMs: OPEN_MS,
      ...changes,
    });
  /** A token for whoever asks, and these replies to the calls of the Management API; the last one stays. */
  const reply = (...replies: (Reply | null | "hang")[]) => {
    let calls = 0;
    server.script = ({ path }) =>
      (path === "/oauth/token" ? TOKEN : replies[Math.min(calls++, replies.length - 1)]) as Reply;
  };
  const calls = () => server.heard.filter(({ path }) => path !== "/oauth/token");
  const refusal = (work: Promise<unknown>): Promise<ApiError> =>
    work.then(
      () => {
        throw new Error("it was not refused");
      },
      (error: unknown) => {
        expect(error).to.be.instanceOf(ApiError);
        return error as ApiError;
      },
    );

  it("gets its token by client credentials for the Management API, once for all who ask and for as long as it is good", async () => {
    reply({ status: 200, body: { start: 0, limit: 100, total: 0, roles: [] } });
    await Promise.all([directory.roles(), directory.roles(), directory.roles()]);
    await directory.roles();
    const asked = server.heard.filter(({ path }) => path === "/oauth/token");
    expect(asked.map(({ method, body }) => ({ method, body }))).to.deep.equal([
      {
        method: "POST",
        body: {
          grant_type: "client_credentials",
          client_id: "keystone-api",
          client_secret: SECRET,
          audience: `${server.url}api/v2/`,
        },
      },
    ]);
    expect(calls().map(({ headers }) => headers.authorization)).to.deep.equal(Array(4).fill("Bearer token-1"));
  });

  it("gets another token shortly before its own ends, and when it is refused", async () => {
    let tokens = 0;
    let good = "t1";
    server.script = ({ path, headers }) => {
      if (path === "/oauth/token") {
        tokens++;
        return { status: 200, body: { access_token: `t${tokens}`, expires_in: tokens === 1 ? 59 : 86_400 } };
      }
      const taken = headers.authorization === `Bearer ${good}`;
      return taken ? { status: 200, body: { roles: [] } } : { status: 401, body: { message: "Invalid token" } };
    };
    await directory.roles();
    good = "t2";
    await directory.roles();
    await directory.roles();
    expect(tokens).to.equal(2);
    good = "t3";
    await directory.roles();
    expect(tokens).to.equal(3);
    good = "none";
    expect((await refusal(directory.roles())).code).to.equal("service_unavailable");
    expect(tokens).to.equal(4);
  });

  it("creates an organization that says whose it is, and takes up its own but nobody else's", async () => {
    const fields = { name: "acme", displayName: "Acme", platformId: "p1" };
    reply({ status: 201, body: { id: "org_1", name: "acme" } });
    expect(await directory.createOrganization(fields)).to.equal("org_1");
    const [call] = calls();
    expect(call).to.include({ method: "POST", path: "/api/v2/organizations" });
    expect(call?.body).to.deep.equal({
      name: "acme",
      display_name: "Acme",
      metadata: { keystone_platform_id: "p1" },
    });
    const taken = { status: 409, body: { statusCode: 409, errorCode: "organization_conflict" } };
    for (const [owner, id] of [
      ["p1", "org_2"],
      ["p2", null],
      [undefined, null],
    ] as const) {
      reply(taken, { status: 200, body: { id: "org_2", metadata: { keystone_platform_id: owner } } });
      expect(await directory.createOrganization(fields)).to.equal(id);
      expect(calls().at(-1)).to.include({ method: "GET", path: "/api/v2/organizations/name/acme" });
    }
  });

  it("enables the connection for new organizations where one is configured", async () => {
    directory = make({ connectionId: "con_1" });
    reply({ status: 201, body: { id: "org_1" } });
    await directory.createOrganization({ name: "a", displayName: "A", platformId: "p" });
    expect(calls()[0]?.body.enabled_connections).to.deep.equal([
      { connection_id: "con_1", assign_membership_on_login: false },
    ]);
  });

  it("reads members by checkpoints until there is no next one, with their roles", async () => {
    const roles = [{ id: "rol_1", name: "viewer" }];
    reply(
      { status: 200, body: { members: [{ ...member("a|1"), roles }, member("a|2")], next: "x&y" } },
      { status: 200, body: { members: [{ user_id: "a|3" }] } },
    );
    expect(await directory.members("org_1")).to.deep.equal([
      { userId: "a|1", email: "a|1@example.com", name: "A", picture: "https://a.example", roleIds: ["rol_1"] },
      { userId: "a|2", email: "a|2@example.com", name: "A", picture: "https://a.example", roleIds: [] },
      { userId: "a|3", email: null, name: null, picture: null, roleIds: [] },
    ]);
    const [first, second] = calls().map(({ path }) => new URL(path, server.url));
    expect(first?.pathname).to.equal("/api/v2/organizations/org_1/members");
    expect(Object.fromEntries(first?.searchParams ?? [])).to.deep.equal({
      take: "100",
      fields: "user_id,email,name,picture,roles",
      include_fields: "true",
    });
    expect(second?.searchParams.get("from")).to.equal("x&y");
  });

  it("gives up on a list that never ends", async () => {
    reply({ status: 200, body: { members: [], next: "again" } });
    expect((await refusal(directory.members("org_1"))).code).to.equal("service_unavailable");
    expect(calls()).to.have.length(100);
  });

  it("takes roles before it gives any, and calls for neither in vain", async () => {
    reply(NO_CONTENT);
    await directory.changeRoles("org_1", "auth0|1/2", { take: ["rol_1"], give: ["rol_2", "rol_3"] });
    const path = "/api/v2/organizations/org_1/members/auth0%7C1%2F2/roles";
    expect(calls().map(({ method, path, body }) => ({ method, path, body }))).to.deep.equal([
      { method: "DELETE", path, body: { roles: ["rol_1"] } },
      { method: "POST", path, body: { roles: ["rol_2", "rol_3"] } },
    ]);
    await directory.changeRoles("org_1", "auth0|1", { take: [], give: [] });
    expect(calls()).to.have.length(2);
  });

  it("removes one member", async () => {
    reply(NO_CONTENT);
    await directory.removeMember("org_1", "auth0|1");
    expect(calls()[0]).to.deep.include({
      method: "DELETE",
      path: "/api/v2/organizations/org_1/members",
      body: { members: ["auth0|1"] },
    });
  });

  it("reads all pages of invitations, and leaves out those that have expired", async () => {
    const page = Array.from({ length: 100 }, (_, i) => invitation(`uinv_${i}`));
    reply(
      { status: 200, body: { start: 0, limit: 100, invitations: page } },
      { status: 200, body: { start: 100, limit: 100, invitations: [invitation("old", -1), invitation("last")] } },
    );
    const all = await directory.invitations("org_1");
    expect(all.map(({ id }) => id)).to.deep.equal([...page.map(({ id }) => id), "last"]);
    expect(all[0]).to.deep.include({
      inviterName: "Jane Doe",
      inviteeEmail: "john.doe@example.com",
      roleIds: ["rol_1"],
      createdAt: new Date("2020-08-20T19:10:06.299Z"),
    });
    const query = Object.fromEntries(new URL(calls()[1]?.path ?? "", server.url).searchParams);
    expect(query).to.deep.equal({ page: "1", per_page: "100", include_totals: "true", sort: "created_at:-1" });
  });

  it("invites for a week to the login application, and sends no empty list of roles", async () => {
    reply({ status: 200, body: invitation("uinv_1") });
    const fields = { inviterName: "Ada", inviteeEmail: "b@example.com", roleIds: [] as string[], sendEmail: false };
    expect((await directory.invite("org_1", fields)).id).to.equal("uinv_1");
    const sent = {
      inviter: { name: "Ada" },
      invitee: { email: "b@example.com" },
      client_id: "login",
      send_invitation_email: false,
      ttl_sec: 604_800,
    };
    expect(calls()[0]).to.deep.include({ method: "POST", path: "/api/v2/organizations/org_1/invitations", body: sent });
    await directory.invite("org_1", { ...fields, roleIds: ["rol_1"] });
    expect(calls()[1]?.body).to.deep.equal({ ...sent, roles: ["rol_1"] });
  });

  it("withdraws an invitation, and says when there was none", async () => {
    reply(NO_CONTENT, { status: 404, body: { statusCode: 404 } });
    expect(await directory.withdraw("org_1", "uinv_1")).to.equal(true);
    expect(await directory.withdraw("org_1", "uinv_1")).to.equal(false);
    expect(calls()[0]).to.include({ method: "DELETE", path: "/api/v2/organizations/org_1/invitations/uinv_1" });
  });

  it("finds a client and whose it is, and never leaves the path of clients", async () => {
    const client_metadata = { keystone_organization_id: "org_1" };
    reply(
      { status: 200, body: { client_id: "a/b", client_metadata } },
      { status: 200, body: { client_id: "a" } },
      { status: 404 },
      { status: 400 },
      { status: 200, body: { client_id: "another" } },
    );
    expect(await directory.client("a/b")).to.deep.equal({ organizationId: "org_1" });
    expect(calls()[0]?.path).to.match(/^\/api\/v2\/clients\/a%2Fb\?/);
    expect(await directory.client("a")).to.deep.equal({ organizationId: null });
    for (const id of ["unknown", "no id", "different"]) expect(await directory.client(id)).to.equal(null);
    const before = calls().length;
    for (const id of [".", ".."]) expect(await directory.client(id)).to.equal(null);
    expect(calls()).to.have.length(before);
  });

  describe("when the directory is out of order", () => {
    it("repeats a read after a lost connection and after a 5xx, a write after neither", async () => {
      reply(null, { status: 502 }, { status: 200, body: { roles: [] } });
      expect(await directory.roles()).to.deep.equal([]);
      expect(calls()).to.have.length(3);
      for (const fault of [null, { status: 503 }]) {
        const before = calls().length;
        reply(fault, NO_CONTENT);
        expect((await refusal(directory.removeMember("org_1", "a"))).code).to.equal("service_unavailable");
        expect(calls()).to.have.length(before + 1);
      }
    });

    it("waits through a short 429, also of a write, and tells of a long one how long it is", async () => {
      reply({ status: 429, headers: { "retry-after": "0" } }, NO_CONTENT);
      await directory.removeMember("org_1", "a");
      expect(calls()).to.have.length(2);
      const soon = String(Math.ceil(Date.now() / 1000) + 90);
      for (const [headers, least] of [
        [{ "retry-after": "30" }, 30],
        [{ "retry-after": new Date(Date.now() + 60_000).toUTCString() }, 58],
        [{ "x-ratelimit-reset": soon }, 88],
      ] as const) {
        reply({ status: 429, headers });
        const error = await refusal(directory.roles());
        expect(error.code).to.equal("service_unavailable");
        expect(Number(error.headers["Retry-After"])).to.be.within(least, least + 3);
      }
      expect(calls()).to.have.length(2 + 3);
    });

    it("gives up on an answer that does not come or does not end, at once", async () => {
      reply("hang");
      expect((await refusal(directory.roles())).code).to.equal("service_unavailable");
      expect(calls()).to.have.length(1);
    });

    it("stops asking after five failures in a row, and asks again with one request when it has rested", async () => {
      mock.timers.enable({ apis: ["Date"], now: Date.now() });
      reply({ status: 500 });
      for (let i = 0; i < 5; i++) await refusal(directory.removeMember("org_1", "a"));
      expect(calls()).to.have.length(5);
      reply(NO_CONTENT);
      for (const rested of [0, OPEN_MS - 1]) {
        mock.timers.tick(rested);
        const error = await refusal(directory.removeMember("org_1", "a"));
        expect(error).to.include({ code: "service_unavailable" });
        expect(error.headers["Retry-After"]).to.equal("60");
        expect(calls(), "nothing was sent").to.have.length(5);
      }
      mock.timers.tick(1);
      await directory.removeMember("org_1", "a");
      expect(calls()).to.have.length(6);
    });

    it("does not take refusals for failures", async () => {
      reply({ status: 404 });
      for (let i = 0; i < 7; i++) expect(await directory.withdraw("org_1", "x")).to.equal(false);
      expect(calls()).to.have.length(7);
    });

    it("says 503 for its own credentials refused, a right it lacks, and an answer that is none of those promised", async () => {
      server.script = () => ({ status: 403, body: { error: "access_denied", error_description: SECRET } });
      const refused = await refusal(directory.removeMember("org_1", "a"));
      expect(refused.code).to.equal("service_unavailable");
      for (const fault of [
        { status: 403, body: { errorCode: "insufficient_scope", message: "john.doe@example.com" } },
        { status: 200, body: "<html>" },
        { status: 200, body: { roles: [{ id: 1 }] } },
        { status: 302, headers: { location: server.url }, body: "" },
      ]) {
        reply(fault);
        const error = await refusal(make().roles());
        expect(error.code).to.equal("service_unavailable");
        const told = `${error.message} ${(error.cause as Error).message}`;
        expect(told).to.not.include(SECRET).and.not.include("john.doe");
      }
      expect(`${refused.message} ${(refused.cause as Error).message}`).to.not.include(SECRET);
    });

    it("lets four wait for it at a time and sixteen for them, and sends the others away", async () => {
      let release: () => void = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let running = 0;
      const work = () =>
        directory.limited(async () => {
          running++;
          await held;
        });
      const all = Array.from({ length: 20 }, work);
      expect((await refusal(work())).code).to.equal("service_unavailable");
      expect(running).to.equal(4);
      release();
      await Promise.all(all);
      expect(running).to.equal(20);
    });
  });
});
