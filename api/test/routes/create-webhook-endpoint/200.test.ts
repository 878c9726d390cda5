import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/platforms/me/webhooks 200", () => {
  const world = useWorld();

  it("replays a key with its body without the secret, however many send it at once", async () => {
    const { token } = await createTenant(world());
    const request = () =>
      world().call("POST", WEBHOOKS, {
        token,
        json: { url: "https://hooks.example.com/" },
        headers: { "idempotency-key": "hook-1" },
      });
    const answers = await Promise.all([request(), request(), request(), request()]);
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 200, 200, 201]);
    const made = answers.find(({ status }) => status === 201);
    for (const { status, body, headers } of answers.filter((answer) => answer !== made)) {
      expect(status).to.equal(200);
      expect(headers.get("idempotent-replayed")).to.equal("true");
      expect(body).to.deep.equal({ ...made?.body, secret: null });
    }
    expect((await world().call("GET", WEBHOOKS, { token })).body.total).to.equal(1);
  });
});
