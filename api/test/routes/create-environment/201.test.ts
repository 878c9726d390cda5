import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { activityOf } from "../../support/activity.ts";
import { managerToken } from "../../support/members.ts";
import { createTenant, createToken, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

const PATH = "/v1/platforms/me/environments";

describe("POST /v1/platforms/me/environments", () => {
  const world = useWorld();
  let tenant: Tenant;
  let token: string;
  before(async () => {
    tenant = await createTenant(world());
    token = await managerToken(world(), tenant, { userId: "user|grace" });
  });

  const create = (json: unknown, headers: Record<string, string> = {}, by = token) =>
    world().call("POST", PATH, { token: by, json, headers });
  const fresh = async (changes: Record<string, unknown> = {}) => ({
    name: "Staging",
    slug: `e-${randomUUID()}`,
    auth0_client_id: (await world().local.createClient()).client_id,
    ...changes,
  });
  const count = async () => (await world().call("GET", PATH, { token })).body.total;

  it("201 makes an environment that the client's tokens stand for from then on", async () => {
    const json = await fresh({ default_timeout_seconds: 60 });
    const machine = await createToken(world(), { clientId: json.auth0_client_id });
    expect((await world().call("GET", "/v1/instructions", { token: machine })).status).to.equal(403);
    const { status, body } = await create(json);
    expect(status).to.equal(201);
    expect(body).to.deep.include({
      ...json,
      platform_id: tenant.platformId,
      webhook_url: null,
      api_version: null,
      is_active: true,
      rate_limit_rpm: null,
    });
    expect((await world().call("GET", "/v1/instructions", { token: machine })).status).to.equal(200);
    expect((await world().call("GET", `${PATH}/${body.id}`, { token })).body).to.deep.equal(body);
    const [row] = await activityOf(world(), body.id);
    expect(row).to.deep.include({
      type: "environment.created",
      category: "environment",
      environment_id: body.id,
      actor_id: "user|grace",
      detail: { slug: json.slug, auth0_client_id: json.auth0_client_id },
    });
  });

  it("201 for a machine with the right, of the same platform", async () => {
    const by = await createToken(world(), { clientId: tenant.clientId, scope: "platform:environments:manage" });
    const { status, body } = await create(await fresh(), {}, by);
    expect(status).to.equal(201);
    expect(body.platform_id).to.equal(tenant.platformId);
  });

  it("keeps one webhook endpoint for webhook_url that hears everything, and never shows its secret", async () => {
    const webhook_secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
    const webhook_url = "https://hooks.example.com/a?token=t";
    const json = await fresh({ webhook_url, webhook_secret });
    const { body } = await create(json);
    expect(body.webhook_url).to.equal(webhook_url);
    expect(JSON.stringify(body)).to.not.include(webhook_secret);
    const endpoints = await world()
      .db.selectFrom("keystone.webhook_endpoint")
      .selectAll()
      .where("environment_id", "=", body.id)
      .execute();
    expect(endpoints).to.have.length(1);
    expect(endpoints[0]).to.deep.include({ url: webhook_url, events: ["*"], is_active: true });
    const logged = JSON.stringify(await activityOf(world(), body.id));
    expect(logged).to.not.include(webhook_secret).and.not.include("token=t");
  });

  it("200 for the same key and body, one environment however many ask at once; 409 for another body", async () => {
    const headers = { "idempotency-key": randomUUID() };
    const json = await fresh();
    const before = await count();
    const answers = await Promise.all([1, 2, 3].map(() => create(json, headers)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 200, 201]);
    expect(await count()).to.equal(before + 1);
    expect((await create({ ...json, name: "B" }, headers)).body.code).to.equal("idempotency_key_reused");
  });

  it("409 slug_taken for all but one of those who ask for a slug at once; another platform may have it", async () => {
    const slug = `e-${randomUUID()}`;
    const bodies = await Promise.all(Array.from({ length: 4 }, () => fresh({ slug })));
    const answers = await Promise.all(bodies.map((json) => create(json)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).to.deep.include({ code: "slug_taken", context: { loc: ["body", "slug"] } });
    const other = await managerToken(world(), await createTenant(world()));
    expect((await create(await fresh({ slug }), {}, other)).status).to.equal(201);
  });

  it("409 client_id_taken for all but one of those who bind a client at once, of whatever platform", async () => {
    const { client_id: auth0_client_id } = await world().local.createClient();
    const other = await managerToken(world(), await createTenant(world()));
    const bodies = await Promise.all(Array.from({ length: 6 }, () => fresh({ auth0_client_id })));
    const answers = await Promise.all(bodies.map((json, i) => create(json, {}, i % 2 === 0 ? token : other)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409, 409, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).to.deep.include({
      code: "client_id_taken",
      context: { loc: ["body", "auth0_client_id"] },
    });
  });

  it("takes a client that was made for this organization, and 409 for one of another", async () => {
    const made = (organization: string) =>
      world().local.createClient({ client_metadata: { keystone_organization_id: organization } });
    const own = await made(tenant.orgId);
    expect((await create(await fresh({ auth0_client_id: own.client_id }))).status).to.equal(201);
    const foreign = await made("org_of_another");
    const before = await count();
    expect((await create(await fresh({ auth0_client_id: foreign.client_id }))).body.code).to.equal("client_id_taken");
    expect(await count()).to.equal(before);
  });

  it("422 webhook_url_forbidden for a URL that may not be called, and makes nothing", async () => {
    const before = await count();
    for (const webhook_url of ["ftp://hooks.example.com", "https://user:pass@hooks.example.com", "https://10.0.0.1/"]) {
      const { status, body } = await create(await fresh({ webhook_url }));
      expect(status, webhook_url).to.equal(422);
      expect(body).to.deep.include({ code: "webhook_url_forbidden", context: { loc: ["body", "webhook_url"] } });
    }
    expect(await count()).to.equal(before);
  });

  const WRONG: [string, Record<string, unknown>, string, string][] = [
    ["no name", { name: undefined }, "name", "missing"],
    ["a bad slug", { slug: "A b" }, "slug", "string_pattern_mismatch"],
    ["a timeout of 59 s", { default_timeout_seconds: 59 }, "default_timeout_seconds", "greater_than_equal"],
    ["a timeout beyond a week", { default_timeout_seconds: 604_801 }, "default_timeout_seconds", "less_than_equal"],
    ["half a second", { default_timeout_seconds: 60.5 }, "default_timeout_seconds", "int_type"],
    ["a secret without a URL", { webhook_secret: "x".repeat(24) }, "webhook_secret", "value_error"],
    [
      "a short secret",
      { webhook_url: "https://a.example", webhook_secret: "x" },
      "webhook_secret",
      "string_pattern_mismatch",
    ],
    ["a client that the issuer does not have", { auth0_client_id: "nobody" }, "auth0_client_id", "client_unknown"],
    ["a rate", { rate_limit_rpm: 5 }, "rate_limit_rpm", "extra_forbidden"],
  ];
  for (const [name, changes, field, type] of WRONG) {
    it(`422 for ${name}`, async () => {
      const { status, body } = await create(await fresh(changes));
      expect(status).to.equal(422);
      expect(body.detail).to.have.length(1);
      expect(body.detail[0]).to.deep.include({ loc: ["body", field], type });
    });
  }
});
