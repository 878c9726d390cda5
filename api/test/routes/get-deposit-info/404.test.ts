import { expect } from "chai";
import { matchTrade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements/{settlement_id}/legs/{leg_index}/deposit-info 404", () => {
  const world = useWorld();

  it("knows no leg beyond the last, and none by another spelling", async () => {
    const { settlementId, seller } = await matchTrade(world());
    for (const leg of ["2", "-1", "00", "0x0", "first", "1e0"]) {
      const path = `/v1/settlements/${settlementId}/legs/${leg}/deposit-info`;
      const { status, body } = await world().call("GET", path, { token: seller.token });
      expect(status).to.equal(404);
      expect(body.detail).to.equal("Leg not found");
    }
  });
});
