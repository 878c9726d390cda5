import { shippedTemplates } from "@keystoneos/protocol";
import { expect } from "chai";
import type { Json } from "../../support/client.ts";
import { testDeployment } from "../../support/deployment.ts";
import { sellOpen } from "../../support/instructions.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlement-templates 200", () => {
  const world = useWorld();
  let tenant: Tenant;
  before(async () => {
    tenant = await createTenant(world());
  });
  const list = async (query = ""): Promise<Json> =>
    (await world().call("GET", `/v1/settlement-templates${query}`, { token: tenant.token })).body;

  it("lists the shipped templates with their configuration", async () => {
    const { items, total } = await list();
    expect(total).to.equal(5);
    for (const shipped of shippedTemplates(testDeployment())) {
      const shown = items.find(({ slug }: Json) => slug === shipped.slug);
      expect(shown).to.deep.include({ ...shipped, version: 1, is_active: true });
    }
  });

  it("pages", async () => {
    const first = await list("?limit=3");
    const second = await list(`?limit=3&cursor=${first.next_cursor}`);
    const slugs = [...first.items, ...second.items].map(({ slug }: Json) => slug);
    expect(slugs.sort()).to.deep.equal([
      "dvp-brokered",
      "dvp-cross-chain",
      "dvp-standard",
      "pvp-standard",
      "repo-standard",
    ]);
  });

  it("lists the newest version only; older ones stay readable, and pending instructions keep theirs", async () => {
    const { db } = world();
    const slug = `tpl-${crypto.randomUUID()}`;
    const { config } = (await list()).items.find((each: Json) => each.slug === "dvp-cross-chain");
    const insert = (version: number) =>
      db
        .insertInto("keystone.template")
        .values({ slug, version, name: slug, description: null, config: JSON.stringify(config) })
        .returning("id")
        .executeTakeFirstOrThrow();
    const old = await insert(1);
    try {
      const first = await submit(world(), tenant, sellOpen({ template_slug: slug }));
      const newer = await insert(2);
      const shown = (await list()).items.filter((each: Json) => each.slug === slug);
      expect(shown.map(({ id, version }: Json) => [id, version])).to.deep.equal([[newer.id, 2]]);
      const read = await world().call("GET", `/v1/settlement-templates/${old.id}`, { token: tenant.token });
      expect(read.body).to.deep.include({ slug, version: 1 });
      const change = { template_slug: slug, role: "buyer", trade_reference: first.body.trade_reference };
      const second = await submit(world(), tenant, sellOpen(change));
      expect(second.body.match_failure).to.deep.equal({ field: "template_slug" });
    } finally {
      await db.updateTable("keystone.template").set({ is_active: false }).where("slug", "=", slug).execute();
    }
    expect((await list()).items.map((each: Json) => each.slug)).to.not.include(slug);
    const gone = await submit(world(), tenant, sellOpen({ template_slug: slug }));
    expect(gone.body.code).to.equal("template_unknown");
  });
});
