import { expect } from "chai";
import { adminGet } from "../../support/admin.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/admin/providers/health", () => {
  const world = useWorld();
  const config = { failure_threshold: 5, reset_timeout_seconds: 60, half_open_max_calls: 2 };
  const set = (name: string, circuit_state: "closed" | "half_open" | "open", facts: Record<string, unknown> = {}) =>
    world()
      .db.insertInto("keystone.provider_health")
      .values({ name, circuit_state, ...config, ...facts })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ circuit_state, ...facts }))
      .execute();
  beforeEach(() => world().db.deleteFrom("keystone.provider_health").execute());
  after(() => world().db.deleteFrom("keystone.provider_health").execute());

  it("200 healthy when all circuits are closed, also when there is none", async () => {
    expect((await adminGet(world(), "/providers/health")).body).to.deep.equal({
      providers: [],
      overall_status: "healthy",
    });
    await set("lseg", "closed");
    expect((await adminGet(world(), "/providers/health")).body.overall_status).to.equal("healthy");
  });

  it("200 degraded by a half-open one, unhealthy by an open one, in the order of names", async () => {
    await set("lseg", "closed");
    await set("cipherowl", "half_open");
    const degraded = (await adminGet(world(), "/providers/health")).body;
    expect(degraded.overall_status).to.equal("degraded");
    expect(degraded.providers.map(({ name }: { name: string }) => name)).to.deep.equal(["cipherowl", "lseg"]);
    await set("lseg", "open");
    expect((await adminGet(world(), "/providers/health")).body.overall_status).to.equal("unhealthy");
  });

  it("200 shows one with its counts and its configuration", async () => {
    const at = new Date("2026-04-01T10:00:00Z");
    await set("a list/x", "open", { failure_count: 5, last_failure_at: at, last_error: "timed out after 10 s" });
    const { status, body } = await adminGet(world(), `/providers/${encodeURIComponent("a list/x")}/health`);
    expect(status).to.equal(200);
    expect(body).to.deep.equal({
      name: "a list/x",
      circuit_state: "open",
      failure_count: 5,
      success_count: 0,
      last_failure_at: "2026-04-01T10:00:00Z",
      last_success_at: null,
      last_error: "timed out after 10 s",
      config,
    });
  });

  it("404 for none", async () => {
    for (const name of ["none", "%00", "a%00b"]) {
      const { status, body } = await adminGet(world(), `/providers/${name}/health`);
      expect([status, body.detail]).to.deep.equal([404, "Provider not found"]);
    }
  });
});
