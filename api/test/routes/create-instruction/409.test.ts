import { expect } from "chai";
import { meet } from "../../support/hold.ts";
import { sellOpen } from "../../support/instructions.ts";
import { createTenant } from "../../support/tenants.ts";
import { submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/instructions 409", () => {
  const world = useWorld();

  it("refuses a key that came with another body and names what it made", async () => {
    const tenant = await createTenant(world());
    const json = sellOpen();
    const first = await submit(world(), tenant, json);
    const { status, body } = await submit(world(), tenant, { ...json, role: "buyer" });
    expect(status).to.equal(409);
    expect(body).to.deep.include({ code: "idempotency_key_reused", context: { existing_id: first.body.id } });
  });

  it("tells bodies apart before defaults: a null is not an absence", async () => {
    const tenant = await createTenant(world());
    const json = sellOpen();
    await submit(world(), tenant, json);
    const { status } = await submit(world(), tenant, { ...json, trade_reference: null });
    expect(status).to.equal(409);
  });

  it("leaves the key of a refused request free", async () => {
    const tenant = await createTenant(world());
    const json = sellOpen();
    const refused = await submit(world(), tenant, { ...json, template_slug: "no-such-template" });
    expect(refused.status).to.equal(422);
    expect((await submit(world(), tenant, json)).status).to.equal(201);
  });

  it("has one winner among different bodies with one key at the same time", async () => {
    const tenant = await createTenant(world());
    const trade_reference = `same-${crypto.randomUUID()}`;
    const json = sellOpen({ trade_reference });
    const contenders = () =>
      Array.from({ length: 8 }, (_, i) =>
        submit(world(), tenant, {
          ...json,
          role: i % 2 === 0 ? "seller" : "buyer",
          fee_mode: ["split", null, "seller_pays", "buyer_pays"][i >> 1],
        }),
      );
    const answers = await meet(world(), trade_reference, contenders, 8);
    expect(answers.filter(({ status }) => status === 201)).to.have.length(1);
    expect(answers.filter(({ status }) => status === 409)).to.have.length(7);
    const made = answers.find(({ status }) => status === 201)?.body.id;
    for (const { status, body } of answers) if (status === 409) expect(body.context.existing_id).to.equal(made);
  });
});
