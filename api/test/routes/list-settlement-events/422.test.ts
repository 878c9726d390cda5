import { expect } from "chai";
import { matchTrade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements/{settlement_id}/events 422", () => {
  const world = useWorld();

  it("refuses cursors of other lists, cursor with offset, and other parameters", async () => {
    const { settlementId, seller } = await matchTrade(world());
    const good = Buffer.from("seq:1").toString("base64url");
    const other = Buffer.from(JSON.stringify(["2026-01-01T00:00:00.000Z", settlementId, 0])).toString("base64url");
    for (const query of [
      "cursor=nonsense",
      `cursor=${other}`,
      `cursor=${good}&offset=1`,
      "state=FINALIZED",
      "limit=0",
    ]) {
      const path = `/v1/settlements/${settlementId}/events?${query}`;
      const { status, body } = await world().call("GET", path, { token: seller.token });
      expect(status).to.equal(422);
      expect(body.detail[0].loc).to.deep.equal(["query", query.split("=")[0]]);
    }
  });
});
