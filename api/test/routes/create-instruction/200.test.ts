import { expect } from "chai";
import { meet } from "../../support/hold.ts";
import { buy, sell, sellOpen } from "../../support/instructions.ts";
import { createTenant } from "../../support/tenants.ts";
import { submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/instructions 200", () => {
  const world = useWorld();

  it("replays a key with the same body, whatever the order of its fields", async () => {
    const tenant = await createTenant(world());
    const json = sellOpen();
    const first = await submit(world(), tenant, json);
    const again = await submit(world(), tenant, Object.fromEntries(Object.entries(json).reverse()));
    expect(again.status).to.equal(200);
    expect(again.headers.get("idempotent-replayed")).to.equal("true");
    expect(again.body).to.deep.equal(first.body);
    expect(first.headers.get("idempotent-replayed")).to.equal(null);
  });

  it("takes the key from the header as well as from the body", async () => {
    const tenant = await createTenant(world());
    const { idempotency_key, ...json } = sellOpen();
    const headers = { "idempotency-key": idempotency_key };
    const first = await world().call("POST", "/v1/instructions", { token: tenant.token, json, headers });
    expect(first.status).to.equal(201);
    const again = await submit(world(), tenant, { ...json, idempotency_key });
    expect(again.status).to.equal(200);
    expect(again.body.id).to.equal(first.body.id);
  });

  it("shows the present state of what the key made", async () => {
    const [seller, buyer] = [await createTenant(world()), await createTenant(world())];
    const json = sell();
    const first = await submit(world(), seller, json);
    await submit(world(), buyer, buy({ trade_reference: first.body.trade_reference }));
    const again = await submit(world(), seller, json);
    expect(again.status).to.equal(200);
    expect(again.body.status).to.equal("matched");
    expect(again.body.settlement_id).to.be.a("string");
  });

  it("replays for a platform that has been suspended since, because nothing new is made", async () => {
    const tenant = await createTenant(world());
    const json = sellOpen();
    const first = await submit(world(), tenant, json);
    await world()
      .db.updateTable("keystone.platform")
      .set({ status: "suspended" })
      .where("id", "=", tenant.platformId)
      .execute();
    const again = await submit(world(), tenant, json);
    expect(again.status).to.equal(200);
    expect(again.body.id).to.equal(first.body.id);
  });

  it("lets one of many simultaneous duplicates have the effect and replays it to the others", async () => {
    const tenant = await createTenant(world());
    const trade_reference = `same-${crypto.randomUUID()}`;
    const json = sellOpen({ trade_reference });
    const duplicates = () => Array.from({ length: 12 }, () => submit(world(), tenant, json));
    const answers = await meet(world(), trade_reference, duplicates, 12);
    expect(answers.filter(({ status }) => status === 201)).to.have.length(1);
    const replays = answers.filter(({ status }) => status === 200);
    expect(replays).to.have.length(11);
    expect(replays.every(({ headers }) => headers.get("idempotent-replayed") === "true")).to.equal(true);
    expect(new Set(answers.map(({ body }) => body.id)).size).to.equal(1);
    const rows = await world()
      .db.selectFrom("keystone.instruction")
      .select("id")
      .where("environment_id", "=", tenant.environmentId)
      .execute();
    expect(rows).to.have.length(1);
    const activities = await world()
      .db.selectFrom("keystone.activity_log")
      .select("type")
      .where("environment_id", "=", tenant.environmentId)
      .execute();
    expect(activities).to.deep.equal([{ type: "instruction.created" }]);
  });

  it("keeps the keys of two environments apart", async () => {
    const [a, b] = [await createTenant(world()), await createTenant(world())];
    const json = sellOpen();
    expect((await submit(world(), a, json)).status).to.equal(201);
    expect((await submit(world(), b, json)).status).to.equal(201);
  });
});
