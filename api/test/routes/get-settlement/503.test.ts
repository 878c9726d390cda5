import { connect } from "@keystoneos/store";
import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { matchTrade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements/{settlement_id} 503", () => {
  const world = useWorld();

  it("says that the indexer is not there yet, rather than guess a state", async () => {
    const { settlementId, seller } = await matchTrade(world());
    const db = connect({ databaseUrl: world().databaseUrl, indexerSchema: "not_there" });
    const { call } = await world().serve({ db });
    const { status, body } = await call("GET", `/v1/settlements/${settlementId}`, { token: seller.token });
    expect(status).to.equal(503);
    expect(body).to.deep.include({ code: "service_unavailable", detail: "The indexer does not answer; try again" });
    const list = await call("GET", "/v1/settlements", { token: (await createTenant(world())).token });
    expect(list.status).to.equal(503);
    await db.destroy();
  });
});
