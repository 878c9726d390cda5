import { expect } from "chai";
import { adminDo, adminGet, OPERATOR } from "../../support/admin.ts";
import type { Json } from "../../support/client.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

const ids = ({ body }: Json): string[] => body.items.map(({ id }: Json) => id);

describe("GET /v1/admin/activity", () => {
  const world = useWorld();
  const list = (query: Record<string, string>) => adminGet(world(), `/activity?${new URLSearchParams(query)}`);

  async function row(tenant: Tenant | null, changes: Record<string, unknown> = {}): Promise<string> {
    const values = {
      platform_id: tenant?.platformId ?? null,
      environment_id: tenant?.environmentId ?? null,
      type: "settlement.created",
      category: "settlement",
      description: "A settlement was made",
      actor_type: "m2m" as const,
      actor_id: "client-1",
      ...changes,
    };
    const { id } = await world()
      .db.insertInto("keystone.activity_log")
      .values(values)
      .returning("id")
      .executeTakeFirstOrThrow();
    return id;
  }

  it("200 shows rows of everybody and of nobody, by name, newest first", async () => {
    const tenant = await createTenant(world());
    const mark = crypto.randomUUID();
    const theirs = await row(tenant, { resource_id: mark, duration_ms: 12 });
    const nobodys = await row(null, { resource_id: mark, created_at: new Date(Date.now() + 1000) });
    const { status, body } = await list({ resource_id: mark });
    expect(status).to.equal(200);
    expect(body.limit).to.equal(50);
    expect(ids({ body })).to.deep.equal([nobodys, theirs]);
    expect(body.items[1]).to.include({
      platform_id: tenant.platformId,
      environment_id: tenant.environmentId,
      platform_name: `Platform ${tenant.platformSlug}`,
      environment_slug: tenant.environmentSlug,
      duration_ms: 12,
    });
    const none = { platform_id: null, environment_id: null, platform_name: "", environment_slug: null };
    expect(body.items[0]).to.include(none);
    const first = await list({ resource_id: mark, limit: "1" });
    const second = await list({ resource_id: mark, limit: "1", cursor: first.body.next_cursor });
    expect([...ids(first), ...ids(second)]).to.deep.equal([nobodys, theirs]);
  });

  it("200 filters by each field, and by all together", async () => {
    const tenant = await createTenant(world());
    const at = "2026-03-04T23:59:59.999Z";
    const wanted = await row(tenant, {
      type: "environment.deactivated",
      category: "environment",
      severity: "warning",
      actor_type: "admin",
      actor_id: "auth0|a%b",
      resource_type: "environment",
      resource_id: tenant.environmentId,
      created_at: at,
    });
    await row(tenant);
    const filters: Record<string, string> = {
      environment_id: tenant.environmentId,
      type: "environment.deactivated",
      category: "environment",
      severity: "warning",
      actor_type: "admin",
      actor_id: "auth0|a%b",
      resource_type: "environment",
      resource_id: tenant.environmentId,
      date_from: "2026-03-04",
      date_to: "2026-03-04",
      search: "A%B",
    };
    const platform_id = tenant.platformId;
    for (const [field, value] of Object.entries(filters)) {
      const found = ids(await list({ platform_id, [field]: value }));
      expect(found, field).to.include(wanted);
      if (!["environment_id", "date_from"].includes(field)) expect(found, field).to.deep.equal([wanted]);
    }
    expect(ids(await list({ platform_id, ...filters }))).to.deep.equal([wanted]);
    expect(ids(await list({ platform_id, date_to: "2026-03-04T23:59:59.998Z" }))).to.deep.equal([]);
    expect(ids(await list({ platform_id, date_to: "2026-03-03" }))).to.deep.equal([]);
  });

  it("200 has what operators do themselves", async () => {
    const { platformId } = await createTenant(world());
    await adminDo(world(), `/platforms/${platformId}`, { status: "suspended", reason: "Late fees" }, "PATCH");
    const { body } = await list({ platform_id: platformId, actor_id: OPERATOR, severity: "warning" });
    expect(body.items).to.have.length(1);
    expect(body.items[0]).to.include({ type: "platform.suspended", actor_type: "admin" });
  });

  it("422 outside of 1 to 100, and for what no field is", async () => {
    expect((await list({ limit: "100" })).status).to.equal(200);
    const cases = {
      limit: "101",
      severity: "fatal",
      actor_type: "robot",
      category: "x",
      date_from: "soon",
      search: "",
    };
    for (const [field, value] of Object.entries(cases)) {
      const { status, body } = await list({ [field]: value });
      expect(status, field).to.equal(422);
      expect(body.detail[0].loc).to.deep.equal(["query", field]);
    }
  });
});
