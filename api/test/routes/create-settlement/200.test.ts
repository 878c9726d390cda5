import { expect } from "chai";
import { repo } from "../../support/repos.ts";
import { countSettlements, create, settle } from "../../support/settlements.ts";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/settlements 200", () => {
  const world = useWorld();

  it("replays a key with the same body, from body or header, and makes nothing", async () => {
    const tenant = await createTenant(world());
    const json = settle();
    const first = await create(world(), tenant, json);
    const again = await create(world(), tenant, Object.fromEntries(Object.entries(json).reverse()));
    expect(again.status).to.equal(200);
    expect(again.headers.get("idempotent-replayed")).to.equal("true");
    expect(again.body).to.deep.equal(first.body);
    const { idempotency_key, ...rest } = json;
    const headers = { "idempotency-key": idempotency_key };
    const third = await world().call("POST", "/v1/settlements", { token: tenant.token, json: rest, headers });
    expect([third.status, third.body.id]).to.deep.equal([200, first.body.id]);
    expect(await countSettlements(world(), tenant)).to.equal(1);
  });

  it("replays for a platform that has been suspended since, because nothing new is made", async () => {
    const tenant = await createTenant(world());
    const json = settle();
    const first = await create(world(), tenant, json);
    const { db } = world();
    await db
      .updateTable("keystone.platform")
      .set({ status: "suspended" })
      .where("id", "=", tenant.platformId)
      .execute();
    const again = await create(world(), tenant, json);
    expect([again.status, again.body.id]).to.deep.equal([200, first.body.id]);
  });

  it("lets one of many simultaneous duplicates have the effect, of a repo both settlements, and replays it to the others", async function () {
    this.timeout(20_000);
    const tenant = await createTenant(world());
    const json = settle(repo());
    const answers = await Promise.all(Array.from({ length: 24 }, () => create(world(), tenant, json)));
    expect(answers.filter(({ status }) => status === 201)).to.have.length(1);
    expect(answers.filter(({ status }) => status === 200)).to.have.length(23);
    expect(new Set(answers.map(({ body }) => body.id)).size).to.equal(1);
    expect(await countSettlements(world(), tenant)).to.equal(2);
    const { db } = world();
    const activities = await db
      .selectFrom("keystone.activity_log")
      .select("type")
      .where("environment_id", "=", tenant.environmentId)
      .execute();
    expect(activities).to.have.length(2);
    const events = await world().call("GET", "/v1/events", { token: tenant.token });
    expect(events.body.total).to.equal(1);
  });

  it("makes as many settlements as there are keys, however many come at once", async function () {
    this.timeout(20_000);
    const tenant = await createTenant(world());
    const bodies = Array.from({ length: 24 }, () => settle());
    const answers = await Promise.all(bodies.map((json) => create(world(), tenant, json)));
    expect(answers.every(({ status }) => status === 201)).to.equal(true);
    expect(await countSettlements(world(), tenant)).to.equal(24);
    const hashes = answers.map(({ body }) => body.settlement_hash);
    expect(new Set(hashes).size).to.equal(24);
    const commitments = answers.flatMap(({ body }) => body.terms.parties);
    expect(new Set(commitments).size).to.equal(96);
  });

  it("keeps the keys of two environments apart, and those of instructions", async () => {
    const [a, b] = [await createTenant(world()), await createTenant(world())];
    const json = settle();
    expect((await create(world(), a, json)).status).to.equal(201);
    expect((await create(world(), b, json)).status).to.equal(201);
    const { sellOpen } = await import("../../support/instructions.ts");
    const instruction = sellOpen({ idempotency_key: json.idempotency_key });
    const other = await world().call("POST", "/v1/instructions", { token: a.token, json: instruction });
    expect(other.status).to.equal(201);
  });
});
