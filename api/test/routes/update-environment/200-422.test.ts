import { expect } from "chai";
import { openSecrets } from "../../../src/services/webhooks/secrets.ts";
import { activityOf } from "../../support/activity.ts";
import { managerToken } from "../../support/members.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("PATCH /v1/platforms/me/environments/{env_id}", () => {
  const world = useWorld();
  let tenant: Tenant;
  let token: string;
  let path: string;
  beforeEach(async () => {
    tenant = await createTenant(world());
    token = await managerToken(world(), tenant, { userId: "user|grace" });
    path = `/v1/platforms/me/environments/${tenant.environmentId}`;
  });

  const change = (json: unknown) => world().call("PATCH", path, { token, json });
  const read = async () => (await world().call("GET", path, { token })).body;
  const endpoints = () =>
    world()
      .db.selectFrom("keystone.webhook_endpoint")
      .selectAll()
      .where("environment_id", "=", tenant.environmentId)
      .execute();
  const SECRET = "x".repeat(24);

  it("200 changes what is given and nothing else, and logs which fields", async () => {
    const before = await read();
    const json = { name: "Renamed", default_timeout_seconds: 7200, api_version: "0.1.0", rate_limit_rpm: 600 };
    const { status, body } = await change(json);
    expect(status).to.equal(200);
    expect(body).to.deep.equal({ ...before, ...json, updated_at: body.updated_at });
    expect(await read()).to.deep.equal(body);
    await change({ name: "Renamed" });
    await change({});
    const rows = await activityOf(world(), tenant.environmentId);
    expect(rows).to.have.length(1);
    expect(rows[0]).to.deep.include({
      type: "environment.updated",
      category: "environment",
      environment_id: tenant.environmentId,
      actor_id: "user|grace",
      detail: { changed: Object.keys(json) },
    });
    expect((await change({ api_version: null, rate_limit_rpm: null })).body).to.include({
      api_version: null,
      rate_limit_rpm: null,
    });
  });

  it("limits the environment's calls from the next one on", async () => {
    await change({ rate_limit_rpm: 7 });
    const { headers } = await world().call("GET", "/v1/instructions", { token: tenant.token });
    expect(headers.get("x-ratelimit-limit")).to.equal("7");
  });

  it("makes one endpoint for webhook_url, sends it elsewhere, and deletes it", async () => {
    expect((await change({ webhook_url: "https://a.example/1" })).body.webhook_url).to.equal("https://a.example/1");
    const [made] = await endpoints();
    expect(made).to.deep.include({ url: "https://a.example/1", events: ["*"] });
    const changed = { events: ["test.ping"], is_active: false, disabled_reason: "gone" };
    await world()
      .db.updateTable("keystone.webhook_endpoint")
      .set(changed)
      .where("id", "=", made?.id as string)
      .execute();
    await change({ webhook_url: "https://b.example/2" });
    const [moved, ...more] = await endpoints();
    expect(more).to.deep.equal([]);
    expect(moved).to.deep.include({
      id: made?.id,
      url: "https://b.example/2",
      events: ["*"],
      is_active: true,
      disabled_reason: null,
    });
    expect((await change({ webhook_url: null })).body.webhook_url).to.equal(null);
    expect(await endpoints()).to.deep.equal([]);
  });

  it("shows no webhook_url once its endpoint was deleted", async () => {
    await change({ webhook_url: "https://a.example/1" });
    const [made] = await endpoints();
    const headers = { "x-keystone-environment": tenant.environmentSlug };
    await world().call("DELETE", `/v1/platforms/me/webhooks/${made?.id}`, { token, headers });
    expect((await read()).webhook_url).to.equal(null);
    expect((await change({ webhook_url: "https://c.example/3" })).body.webhook_url).to.equal("https://c.example/3");
  });

  it("replaces the secret, and lets the one before sign along", async () => {
    await change({ webhook_url: "https://a.example/1", webhook_secret: SECRET });
    const next = "y".repeat(24);
    const { body } = await change({ webhook_secret: next });
    expect(JSON.stringify(body)).to.not.include(next);
    const [made] = await endpoints();
    const { db, deps } = world();
    expect(await openSecrets(db, deps.keyring, made?.id as string)).to.deep.equal({ present: next, previous: SECRET });
    const logged = JSON.stringify(await activityOf(world(), tenant.environmentId));
    expect(logged).to.not.include(SECRET).and.not.include(next);
  });

  it("404 for another platform's environment", async () => {
    const other = await createTenant(world());
    path = `/v1/platforms/me/environments/${other.environmentId}`;
    const { status, body } = await change({ name: "Mine" });
    expect({ status, detail: body.detail }).to.deep.equal({ status: 404, detail: "Environment not found" });
  });

  it("409 endpoint_limit_reached, 422 webhook_url_forbidden, and nothing is changed", async () => {
    const before = await read();
    const values = {
      environment_id: tenant.environmentId,
      url: "https://a.example",
      description: null,
      events: ["*"],
      disabled_reason: null,
    };
    await world()
      .db.insertInto("keystone.webhook_endpoint")
      .values(Array.from({ length: 16 }, () => values))
      .execute();
    const full = await change({ name: "B", webhook_url: "https://a.example/1" });
    expect({ status: full.status, code: full.body.code }).to.deep.equal({
      status: 409,
      code: "endpoint_limit_reached",
    });
    const forbidden = await change({ name: "B", webhook_url: "https://127.0.0.1:1@a.example" });
    expect(forbidden.body).to.deep.include({
      code: "webhook_url_forbidden",
      context: { loc: ["body", "webhook_url"] },
    });
    expect(await read()).to.deep.equal(before);
  });

  const WRONG: [string, Record<string, unknown>, string, string][] = [
    ["a rate above 600", { rate_limit_rpm: 601 }, "rate_limit_rpm", "less_than_equal"],
    ["a rate of none", { rate_limit_rpm: 0 }, "rate_limit_rpm", "greater_than_equal"],
    ["an unknown version", { api_version: "9.9.9" }, "api_version", "enum"],
    ["a timeout of 59 s", { default_timeout_seconds: 59 }, "default_timeout_seconds", "greater_than_equal"],
    ["a name of null", { name: null }, "name", "string_type"],
    ["a secret without a URL", { webhook_secret: SECRET }, "webhook_secret", "value_error"],
    ["a secret for no URL", { webhook_secret: SECRET, webhook_url: null }, "webhook_secret", "value_error"],
    ["a URL that is none", { webhook_url: "hooks" }, "webhook_url", "url_parsing"],
    ["a slug", { slug: "other" }, "slug", "extra_forbidden"],
    ["a client", { auth0_client_id: "other" }, "auth0_client_id", "extra_forbidden"],
  ];
  for (const [name, json, field, type] of WRONG) {
    it(`422 for ${name}, and changes nothing`, async () => {
      const before = await read();
      const { status, body } = await change({ is_active: false, ...json });
      expect(status).to.equal(422);
      expect(body.detail).to.have.length(1);
      expect(body.detail[0]).to.deep.include({ loc: ["body", field], type });
      expect(await read()).to.deep.equal(before);
    });
  }
});
