import { expect } from "chai";
import { countSettlements, create, settle } from "../../support/settlements.ts";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/settlements 409", () => {
  const world = useWorld();

  it("refuses a key that came with another body and names what it made", async () => {
    const tenant = await createTenant(world());
    const json = settle();
    const first = await create(world(), tenant, json);
    const { status, body } = await create(world(), tenant, { ...json, fee_mode: "split" });
    expect(status).to.equal(409);
    expect(body).to.deep.include({ code: "idempotency_key_reused", context: { existing_id: first.body.id } });
  });

  it("leaves the key of a refused request free", async () => {
    const tenant = await createTenant(world());
    const json = settle();
    const refused = await create(world(), tenant, { ...json, timeout_at: "2020-01-01T00:00:00Z" });
    expect(refused.status).to.equal(422);
    expect((await create(world(), tenant, json)).status).to.equal(201);
  });

  it("has one winner among different bodies with one key at the same time", async function () {
    this.timeout(20_000);
    const tenant = await createTenant(world());
    const json = settle();
    const bodies = Array.from({ length: 12 }, (_, index) => ({ ...json, external_reference: `deal-${index}` }));
    const answers = await Promise.all(bodies.map((body) => create(world(), tenant, body)));
    expect(answers.filter(({ status }) => status === 201)).to.have.length(1);
    const made = answers.find(({ status }) => status === 201)?.body.id;
    const others = answers.filter(({ status }) => status === 409);
    expect(others.map(({ body }) => body.context.existing_id)).to.deep.equal(Array(11).fill(made));
    expect(await countSettlements(world(), tenant)).to.equal(1);
  });
});
