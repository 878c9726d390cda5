import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/instructions 400", () => {
  const world = useWorld();
  const bodies: Record<string, string | Uint8Array> = {
    "an empty body": "",
    "half a body": '{"template_slug": "dvp',
    "a trailing comma": '{"a": 1,}',
    "bytes that are not UTF-8": new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  };

  for (const [name, raw] of Object.entries(bodies)) {
    it(`refuses ${name}`, async () => {
      const { token } = await createTenant(world());
      const headers = { "content-type": "application/json" };
      const { status, body } = await world().call("POST", "/v1/instructions", { token, raw, headers });
      expect(status).to.equal(400);
      expect(body.code).to.equal("malformed_json");
    });
  }

  it("refuses an unknown version and names the known ones", async () => {
    const { token } = await createTenant(world());
    const headers = { "keystone-version": "9.9.9" };
    const { status, body } = await world().call("POST", "/v1/instructions", { token, json: {}, headers });
    expect(status).to.equal(400);
    expect(body).to.deep.include({ code: "unknown_api_version", detail: "Unknown version; known are 0.1.0" });
  });
});
