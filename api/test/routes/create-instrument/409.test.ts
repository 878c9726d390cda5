import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { instrument, registrar } from "../../support/instruments.ts";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/instruments 409", () => {
  const world = useWorld();

  it("alias_taken for all but one of many that want the same name at once", async () => {
    const tenant = await createTenant(world());
    const token = await registrar(world(), tenant);
    const alias = `race-${randomUUID()}`;
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, decimals) =>
        world().call("POST", "/v1/instruments", { token, json: instrument({ alias, decimals }) }),
      ),
    );
    const made = answers.filter(({ status }) => status === 201);
    expect(made).to.have.length(1);
    for (const { status, body } of answers.filter((answer) => !made.includes(answer))) {
      expect([status, body.code, body.context]).to.deep.equal([409, "alias_taken", { loc: ["body", "alias"] }]);
    }
    const { items } = (await world().call("GET", `/v1/instruments?alias=${alias}`, { token })).body;
    expect(items).to.deep.equal(made.map(({ body }) => body));
    const logged = await world()
      .db.selectFrom("keystone.activity_log")
      .select("id")
      .where("environment_id", "=", tenant.environmentId)
      .where("category", "=", "instrument")
      .execute();
    expect(logged).to.have.length(1);
  });

  it("has one effect for one key sent many times at once", async () => {
    const token = await registrar(world(), await createTenant(world()));
    const [json, headers] = [instrument(), { "idempotency-key": randomUUID() }];
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => world().call("POST", "/v1/instruments", { token, json, headers })),
    );
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([...Array(11).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).to.equal(1);
  });
});
