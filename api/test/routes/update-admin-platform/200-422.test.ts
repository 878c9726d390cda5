import { expect } from "chai";
import { adminDo, adminGet, OPERATOR } from "../../support/admin.ts";
import type { Json } from "../../support/client.ts";
import { sell } from "../../support/instructions.ts";
import { createTenant } from "../../support/tenants.ts";
import { matchTrade, submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("PATCH /v1/admin/platforms/{platform_id}", () => {
  const world = useWorld();
  const patch = (id: string, json: Json) => adminDo(world(), `/platforms/${id}`, json, "PATCH");
  const logged = (id: string) =>
    world()
      .db.selectFrom("keystone.activity_log")
      .selectAll()
      .where("resource_id", "=", id)
      .orderBy("created_at")
      .execute();

  it("200 suspends: nothing begins, what runs goes on, until it is taken back", async () => {
    const tenant = await createTenant(world());
    const { settlementId } = await matchTrade(world(), { tenants: [tenant, await createTenant(world())] });
    const reason = "Its licence was withdrawn";
    const { status, body } = await patch(tenant.platformId, { status: "suspended", reason });
    expect(status).to.equal(200);
    expect(body).to.include({ id: tenant.platformId, status: "suspended", environment_count: 1 });
    expect((await submit(world(), tenant, sell())).body.code).to.equal("platform_suspended");
    const read = await world().call("GET", `/v1/settlements/${settlementId}`, { token: tenant.token });
    expect(read.status).to.equal(200);
    await patch(tenant.platformId, { status: "active", reason: "It was given back" });
    expect((await submit(world(), tenant, sell())).status).to.equal(201);

    const rows = await logged(tenant.platformId);
    expect(rows.map(({ type, severity }) => [type, severity])).to.deep.equal([
      ["platform.suspended", "warning"],
      ["platform.reactivated", "warning"],
    ]);
    expect(rows[0]).to.include({ actor_type: "admin", actor_id: OPERATOR, platform_id: tenant.platformId });
    expect(rows[0]?.detail).to.deep.equal({ changed: ["status"], reason });
    expect(rows[0]?.duration_ms, "of the request").to.be.at.least(0);
  });

  it("200 changes what a platform says of itself, given fields only, and logs what changed", async () => {
    const { platformId } = await createTenant(world());
    const given = { logo_url: "https://example.com/logo.svg", support_email: "help@example.com" };
    expect((await patch(platformId, given)).body).to.include(given);
    const { body } = await patch(platformId, { support_email: null, name: "Renamed" });
    expect(body).to.include({ ...given, support_email: null, name: "Renamed" });
    expect((await adminGet(world(), `/platforms/${platformId}`)).body).to.deep.equal(body);
    const rows = await logged(platformId);
    expect(rows.map(({ type, severity, detail }) => [type, severity, detail])).to.deep.equal([
      ["platform.updated", "info", { changed: ["logo_url", "support_email"] }],
      ["platform.updated", "info", { changed: ["name", "support_email"] }],
    ]);
  });

  it("200 without a change leaves no trace", async () => {
    const { platformId } = await createTenant(world());
    const before = (await adminGet(world(), `/platforms/${platformId}`)).body;
    for (const json of [{}, { status: "active", reason: "As it is" }, { logo_url: null }]) {
      expect((await patch(platformId, json)).body).to.deep.equal(before);
    }
    expect(await logged(platformId)).to.deep.equal([]);
  });

  it("422 reason_required with a status", async () => {
    const { platformId } = await createTenant(world());
    for (const reason of [undefined, null, "", " "]) {
      const { status, body } = await patch(platformId, { status: "suspended", reason });
      expect([status, body.code]).to.deep.equal([422, "reason_required"]);
      expect(body.context).to.deep.equal({ loc: ["body", "reason"] });
    }
    expect((await adminGet(world(), `/platforms/${platformId}`)).body.status).to.equal("active");
  });

  it("422 names what is wrong, 404 for no platform", async () => {
    const { platformId } = await createTenant(world());
    const cases: [Json, string][] = [
      [{ status: "closed", reason: "x" }, "status"],
      [{ name: "" }, "name"],
      [{ name: null }, "name"],
      [{ logo_url: "http://example.com/logo.svg" }, "logo_url"],
      [{ support_email: "nobody" }, "support_email"],
      [{ slug: "other" }, "slug"],
      [{ status: "active", reason: "a".repeat(2001) }, "reason"],
    ];
    for (const [json, field] of cases) {
      const { status, body } = await patch(platformId, json);
      expect(status, field).to.equal(422);
      expect(body.detail[0].loc).to.deep.equal(["body", field]);
    }
    for (const id of ["me", crypto.randomUUID()]) expect((await patch(id, { name: "A" })).status).to.equal(404);
  });
});
