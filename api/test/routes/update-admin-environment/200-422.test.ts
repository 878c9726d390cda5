import { expect } from "chai";
import { adminDo, adminGet, OPERATOR } from "../../support/admin.ts";
import type { Json } from "../../support/client.ts";
import { addEnvironment, createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("/v1/admin/environments/{env_id}", () => {
  const world = useWorld();
  const patch = (id: string, json: Json) => adminDo(world(), `/environments/${id}`, json, "PATCH");
  const logged = (id: string) =>
    world()
      .db.selectFrom("keystone.activity_log")
      .selectAll()
      .where("resource_id", "=", id)
      .orderBy("created_at")
      .execute();

  it("GET 200 reads any, and lists those of a platform newest first", async () => {
    const tenant = await createTenant(world());
    const second = await addEnvironment(world(), tenant.platformId);
    const list = await adminGet(world(), `/platforms/${tenant.platformId}/environments`);
    expect(list.status).to.equal(200);
    expect(list.body.total).to.equal(2);
    expect(list.body.items.map(({ id }: Json) => id)).to.deep.equal([second.environmentId, tenant.environmentId]);
    const one = await adminGet(world(), `/environments/${tenant.environmentId}`);
    expect(one.body).to.deep.equal(list.body.items[1]);
    expect(one.body).to.include({ slug: tenant.environmentSlug, auth0_client_id: tenant.clientId });
    for (const path of ["/platforms/none/environments", "/environments/none", `/environments/${crypto.randomUUID()}`]) {
      expect((await adminGet(world(), path)).status, path).to.equal(404);
    }
  });

  it("PATCH 200 gives a rate up to 60000 calls a minute, at once", async () => {
    const { environmentId, token } = await createTenant(world());
    const { status, body } = await patch(environmentId, { rate_limit_rpm: 60_000 });
    expect(status).to.equal(200);
    expect(body.rate_limit_rpm).to.equal(60_000);
    await patch(environmentId, { rate_limit_rpm: 7 });
    const limited = await world().call("GET", "/v1/instructions", { token });
    expect(limited.headers.get("x-ratelimit-limit")).to.equal("7");
    expect((await patch(environmentId, { rate_limit_rpm: null })).body.rate_limit_rpm).to.equal(null);
  });

  it("PATCH 200 switches off and on with a reason, and warns of it in the log", async () => {
    const { environmentId, platformId, token } = await createTenant(world());
    const reason = "Its key is in a public repository";
    expect((await patch(environmentId, { is_active: false, reason })).body.is_active).to.equal(false);
    expect((await world().call("GET", "/v1/instructions", { token })).body.code).to.equal("environment_inactive");
    expect((await patch(environmentId, { is_active: true, reason: "A new one" })).body.is_active).to.equal(true);
    expect((await world().call("GET", "/v1/instructions", { token })).status).to.equal(200);
    const rows = await logged(environmentId);
    expect(rows.map(({ type, severity }) => [type, severity])).to.deep.equal([
      ["environment.deactivated", "warning"],
      ["environment.reactivated", "warning"],
    ]);
    expect(rows[0]).to.include({ actor_type: "admin", actor_id: OPERATOR, platform_id: platformId });
    expect(rows[0]?.detail).to.deep.equal({ changed: ["is_active"], reason });
  });

  it("PATCH 200 keeps one webhook endpoint and its secret to itself", async () => {
    const { environmentId } = await createTenant(world());
    const webhook_url = "https://hooks.example.com/all";
    const webhook_secret = "0123456789abcdef0123456789abcdef";
    const { body } = await patch(environmentId, { webhook_url, webhook_secret, default_timeout_seconds: 7200 });
    expect(body).to.include({ webhook_url, default_timeout_seconds: 7200 });
    const text = JSON.stringify([body, await logged(environmentId), world().logged]);
    expect(text).to.not.include(webhook_secret);
    expect((await patch(environmentId, { webhook_url: null })).body.webhook_url).to.equal(null);
  });

  it("PATCH 422 reason_required with is_active", async () => {
    const { environmentId } = await createTenant(world());
    for (const reason of [undefined, null, "", "\t"]) {
      const { status, body } = await patch(environmentId, { is_active: false, reason });
      expect([status, body.code]).to.deep.equal([422, "reason_required"]);
    }
    expect((await adminGet(world(), `/environments/${environmentId}`)).body.is_active).to.equal(true);
    expect(await logged(environmentId)).to.deep.equal([]);
  });

  it("PATCH 422 names what is wrong, 404 for none", async () => {
    const { environmentId } = await createTenant(world());
    const cases: [Json, string][] = [
      [{ rate_limit_rpm: 0 }, "rate_limit_rpm"],
      [{ rate_limit_rpm: 60_001 }, "rate_limit_rpm"],
      [{ default_timeout_seconds: 59 }, "default_timeout_seconds"],
      [{ api_version: "9.9.9" }, "api_version"],
      [{ name: "Other" }, "name"],
      [{ auth0_client_id: "other" }, "auth0_client_id"],
      [{ webhook_url: "nowhere" }, "webhook_url"],
    ];
    for (const [json, field] of cases) {
      const { status, body } = await patch(environmentId, json);
      expect(status, field).to.equal(422);
      expect(body.detail[0].loc).to.deep.equal(["body", field]);
    }
    const inside = await patch(environmentId, { webhook_url: "https://10.0.0.1/hook" });
    expect(inside.body.code).to.equal("webhook_url_forbidden");
    expect((await patch(crypto.randomUUID(), { rate_limit_rpm: 5 })).status).to.equal(404);
  });
});
