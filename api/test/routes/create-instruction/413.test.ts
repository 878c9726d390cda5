import { request } from "node:http";
import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/instructions 413", () => {
  const world = useWorld();

  it("refuses a body above 256 kB", async () => {
    const { token } = await createTenant(world());
    const raw = JSON.stringify({ template_slug: "x".repeat(256 * 1024) });
    const headers = { "content-type": "application/json" };
    const { status, body } = await world().call("POST", "/v1/instructions", { token, raw, headers });
    expect(status).to.equal(413);
    expect(body.code).to.equal("payload_too_large");
  });

  it("refuses it too when its length was not announced", async () => {
    const { token } = await createTenant(world());
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const outgoing = request(
        `${world().origin}/v1/instructions`,
        { method: "POST", headers: { authorization: `Bearer ${token}`, "content-type": "application/json" } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      outgoing.on("error", reject);
      for (let i = 0; i < 9; i++) outgoing.write("x".repeat(32 * 1024));
      outgoing.end();
    });
    expect(status).to.equal(413);
  });
});
