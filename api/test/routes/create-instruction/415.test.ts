import { expect } from "chai";
import { sellOpen } from "../../support/instructions.ts";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/instructions 415", () => {
  const world = useWorld();
  const types = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/vnd.api+json",
    "application/json; charset=latin1",
    "application/jsonp",
  ];

  for (const type of types) {
    it(`refuses ${type}`, async () => {
      const { token } = await createTenant(world());
      const raw = JSON.stringify(sellOpen());
      const headers = { "content-type": type };
      const { status, body } = await world().call("POST", "/v1/instructions", { token, raw, headers });
      expect(status).to.equal(415);
      expect(body.code).to.equal("unsupported_media_type");
    });
  }

  it("refuses a body without a type", async () => {
    const { token } = await createTenant(world());
    // A Uint8Array makes fetch leave the header out.
    const raw = new TextEncoder().encode(JSON.stringify(sellOpen()));
    expect((await world().call("POST", "/v1/instructions", { token, raw })).status).to.equal(415);
  });

  it("takes the charset that JSON has anyway", async () => {
    const { token } = await createTenant(world());
    const headers = { "content-type": "Application/JSON; charset=UTF-8" };
    const json = sellOpen();
    expect((await world().call("POST", "/v1/instructions", { token, json, headers })).status).to.equal(201);
  });
});
