import { expect } from "chai";
import { adminGet } from "../../support/admin.ts";
import type { Json } from "../../support/client.ts";
import { addEnvironment, createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

const ids = ({ body }: Json): string[] => body.items.map(({ id }: Json) => id);

describe("GET /v1/admin/platforms", () => {
  const world = useWorld();
  const list = (query: Record<string, string>) => adminGet(world(), `/platforms?${new URLSearchParams(query)}`);

  it("200 lists all, newest first, with how many environments each has; one by one too", async () => {
    const [first, second] = [await createTenant(world()), await createTenant(world())];
    await addEnvironment(world(), first.platformId);
    const { body } = await list({ limit: "2" });
    expect(ids({ body })).to.deep.equal([second.platformId, first.platformId]);
    expect(body.items.map((item: Json) => item.environment_count)).to.deep.equal([1, 2]);
    const one = await adminGet(world(), `/platforms/${first.platformId}`);
    expect(one.body).to.deep.equal(body.items[1]);
    expect(one.body).to.include({ slug: first.platformSlug, status: "active", auth0_org_id: first.orgId });
  });

  it("200 filters by status and by part of name or slug", async () => {
    const tenant = await createTenant(world());
    const { db } = world();
    const name = `Zürich %${crypto.randomUUID()}_Bank`;
    const named = db.updateTable("keystone.platform").where("id", "=", tenant.platformId);
    await named.set({ name, status: "suspended" }).execute();
    for (const search of [
      name,
      name.slice(2, 20).toUpperCase(),
      tenant.platformSlug.slice(3),
      `%${name.slice(8, 20)}`,
    ]) {
      expect(ids(await list({ search })), search).to.deep.equal([tenant.platformId]);
      expect(ids(await list({ search, status: "suspended" }))).to.deep.equal([tenant.platformId]);
      expect(ids(await list({ search, status: "active" }))).to.deep.equal([]);
    }
    expect(ids(await list({ search: `${name.slice(8, 20)}%` }))).to.deep.equal([]);
  });

  it("422 and 404", async () => {
    expect((await list({ status: "closed" })).body.detail[0].loc).to.deep.equal(["query", "status"]);
    expect((await list({ search: "a".repeat(201) })).status).to.equal(422);
    for (const id of ["me", crypto.randomUUID()]) {
      const { status, body } = await adminGet(world(), `/platforms/${id}`);
      expect([status, body.detail]).to.deep.equal([404, "Platform not found"]);
    }
  });
});
