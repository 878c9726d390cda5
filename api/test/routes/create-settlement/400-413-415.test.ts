import { expect } from "chai";
import { settle } from "../../support/settlements.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/settlements 400, 413, 415", () => {
  const world = useWorld();
  let tenant: Tenant;
  before(async () => {
    tenant = await createTenant(world());
  });
  const send = async (raw: string, type = "application/json") => {
    const headers = { "content-type": type };
    const { status, body } = await world().call("POST", "/v1/settlements", { token: tenant.token, raw, headers });
    return [status, body.code];
  };

  it("refuses half a body", async () => {
    expect(await send('{"template_slug": "dvp')).to.deep.equal([400, "malformed_json"]);
  });

  it("refuses a body above 256 kB", async () => {
    const json = JSON.stringify(settle({ external_reference: "x".repeat(256 * 1024) }));
    expect(await send(json)).to.deep.equal([413, "payload_too_large"]);
  });

  it("refuses what is not JSON", async () => {
    expect(await send(JSON.stringify(settle()), "text/plain")).to.deep.equal([415, "unsupported_media_type"]);
  });
});
