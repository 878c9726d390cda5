import { connect } from "@keystoneos/store";
import { expect } from "chai";
import { freePort } from "../../../../devnet/src/ports.ts";
import { sellOpen } from "../../support/instructions.ts";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/instructions 503", () => {
  const world = useWorld();

  it("says that the database is away, and when to come again", async () => {
    const { token } = await createTenant(world());
    const db = connect({ databaseUrl: `postgres://nobody@127.0.0.1:${await freePort()}/none` });
    const { call } = await world().serve({ db });
    const { status, body, headers } = await call("POST", "/v1/instructions", { token, json: sellOpen() });
    expect(status).to.equal(503);
    expect(body.code).to.equal("service_unavailable");
    expect(headers.get("retry-after")).to.equal("2");
    await db.destroy();
  });
});
