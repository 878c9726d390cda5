import { expect } from "chai";
import { adminGet } from "../../support/admin.ts";
import type { Json } from "../../support/client.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { matchTrade } from "../../support/trades.ts";
import { createEndpoint } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

const ids = ({ body }: Json): string[] => body.items.map(({ id }: Json) => id);

describe("GET /v1/admin/webhooks", () => {
  const world = useWorld();
  const get = (path: string, query: Record<string, string> = {}) =>
    adminGet(world(), `/webhooks/${path}?${new URLSearchParams(query)}`);

  /** An endpoint with a delivery of which an attempt was made at each of these times, and one that is to come. */
  async function delivered(attempts: [success: boolean, at: string][]): Promise<{ tenant: Tenant; endpoint: Json }> {
    const tenant = await createTenant(world());
    const endpoint = await createEndpoint(world(), tenant);
    await matchTrade(world(), { tenants: [tenant, await createTenant(world())] });
    const { db } = world();
    const [waiting] = await db
      .selectFrom("keystone.webhook_delivery")
      .selectAll()
      .where("endpoint_id", "=", endpoint.id)
      .execute();
    const { environment_id, event_id, event_type } = waiting as NonNullable<typeof waiting>;
    await db.deleteFrom("keystone.webhook_delivery").where("endpoint_id", "=", endpoint.id).execute();
    const of = { endpoint_id: endpoint.id, environment_id, event_id, event_type };
    for (const [index, [success, attempted_at]] of attempts.entries()) {
      const made = { attempt: index + 1, pending: false, success, attempted_at, next_attempt_at: null };
      await db
        .insertInto("keystone.webhook_delivery")
        .values({ ...of, ...made })
        .execute();
    }
    const coming = { attempt: attempts.length + 1, pending: true, next_attempt_at: new Date(Date.now() + 1e6) };
    await db
      .insertInto("keystone.webhook_delivery")
      .values({ ...of, ...coming })
      .execute();
    return { tenant, endpoint };
  }

  it("endpoints 200 shows whose they are and how they do, and no secret", async () => {
    const { tenant, endpoint } = await delivered([
      [false, "2026-04-01T08:00:00Z"],
      [true, "2026-04-01T09:00:00Z"],
      [false, "2026-04-01T10:00:00Z"],
      [false, "2026-04-01T11:00:00Z"],
    ]);
    const { status, body } = await get("endpoints", { platform_id: tenant.platformId });
    expect(status).to.equal(200);
    expect(body.total).to.equal(1);
    expect(body.items[0]).to.include({
      id: endpoint.id,
      url: endpoint.url,
      environment_id: tenant.environmentId,
      platform_id: tenant.platformId,
      platform_name: `Platform ${tenant.platformSlug}`,
      last_success_at: "2026-04-01T09:00:00Z",
      failing_since: "2026-04-01T10:00:00Z",
    });
    expect(JSON.stringify(body)).to.not.include(endpoint.secret);
  });

  it("endpoints 200 fail from their first failure, and no more once they succeed", async () => {
    const never = await delivered([[false, "2026-04-01T08:00:00Z"]]);
    const [item] = (await get("endpoints", { environment_id: never.tenant.environmentId })).body.items;
    expect(item).to.include({ last_success_at: null, failing_since: "2026-04-01T08:00:00Z" });
    const again = await delivered([
      [false, "2026-04-01T08:00:00Z"],
      [true, "2026-04-01T09:00:00Z"],
    ]);
    const [well] = (await get("endpoints", { environment_id: again.tenant.environmentId })).body.items;
    expect(well).to.include({ last_success_at: "2026-04-01T09:00:00Z", failing_since: null });
  });

  it("endpoints 200 filters by what is active", async () => {
    const { tenant, endpoint } = await delivered([]);
    const platform_id = tenant.platformId;
    const other = await createEndpoint(world(), tenant, { url: "https://hooks.example.com/other" });
    await world()
      .db.updateTable("keystone.webhook_endpoint")
      .set({ is_active: false })
      .where("id", "=", other.id)
      .execute();
    expect(ids(await get("endpoints", { platform_id }))).to.deep.equal([other.id, endpoint.id]);
    expect(ids(await get("endpoints", { platform_id, is_active: "true" }))).to.deep.equal([endpoint.id]);
    expect(ids(await get("endpoints", { platform_id, is_active: "false" }))).to.deep.equal([other.id]);
  });

  it("deliveries 200 lists attempts of everybody by every filter, failed ones alone too", async () => {
    const { tenant, endpoint } = await delivered([
      [false, "2026-04-01T08:00:00Z"],
      [true, "2026-04-01T09:00:00Z"],
    ]);
    const attempts = async (path: string, query: Record<string, string>) => {
      const { status, body } = await get(path, query);
      expect(status).to.equal(200);
      for (const item of body.items) {
        expect(item).to.include({ platform_id: tenant.platformId, environment_id: tenant.environmentId });
      }
      return body.items.map((item: Json) => [item.attempt, item.success]).sort();
    };
    const [failed, made, coming] = [
      [1, false],
      [2, true],
      [3, false],
    ];
    for (const query of [
      { platform_id: tenant.platformId },
      { environment_id: tenant.environmentId },
      { endpoint_id: endpoint.id },
    ] as Record<string, string>[]) {
      expect(await attempts("deliveries", query)).to.deep.equal([failed, made, coming]);
      expect(await attempts("deliveries", { ...query, success: "true" })).to.deep.equal([made]);
      expect(await attempts("deliveries", { ...query, success: "false" })).to.deep.equal([failed]);
      expect(await attempts("deliveries/failed", query)).to.deep.equal([failed]);
      expect(await attempts("deliveries", { ...query, event_type: "test.ping" })).to.deep.equal([]);
    }
  });

  it("422 names what is wrong", async () => {
    const cases: [string, Record<string, string>, string][] = [
      ["endpoints", { is_active: "yes" }, "is_active"],
      ["endpoints", { success: "true" }, "success"],
      ["deliveries", { endpoint_id: "none" }, "endpoint_id"],
      ["deliveries", { event_type: "settlement.lost" }, "event_type"],
      ["deliveries/failed", { success: "true" }, "success"],
    ];
    for (const [path, query, field] of cases) {
      const { status, body } = await get(path, query);
      expect(status, field).to.equal(422);
      expect(body.detail[0].loc).to.deep.equal(["query", field]);
    }
  });
});
