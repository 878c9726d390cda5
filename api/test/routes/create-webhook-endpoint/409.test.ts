import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { createEndpoint, WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/platforms/me/webhooks 409", () => {
  const world = useWorld();
  const json = { url: "https://hooks.example.com/" };

  it("makes 16 endpoints of an environment and no more, even when asked for many at once", async () => {
    const { token } = await createTenant(world());
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => world().call("POST", WEBHOOKS, { token, json })),
    );
    expect(answers.filter(({ status }) => status === 201)).to.have.length(16);
    for (const { body } of answers.filter(({ status }) => status !== 201)) {
      expect(body.code).to.equal("endpoint_limit_reached");
    }
    expect((await world().call("GET", WEBHOOKS, { token })).body.total).to.equal(16);
  });

  it("refuses a key that came with another body, and names what it made", async () => {
    const tenant = await createTenant(world());
    const headers = { "idempotency-key": "hook-1" };
    const first = await world().call("POST", WEBHOOKS, { token: tenant.token, json, headers });
    const other = { url: "https://elsewhere.example.com/" };
    const { status, body } = await world().call("POST", WEBHOOKS, { token: tenant.token, json: other, headers });
    expect(status).to.equal(409);
    expect(body).to.deep.include({ code: "idempotency_key_reused", context: { existing_id: first.body.id } });
    // Another environment's keys are its own.
    expect((await createEndpoint(world(), await createTenant(world()))).url).to.be.a("string");
  });
});
