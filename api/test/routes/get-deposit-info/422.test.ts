import { expect } from "chai";
import { matchTrade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements/{settlement_id}/legs/{leg_index}/deposit-info 422", () => {
  const world = useWorld();

  it("refuses a hash that is none, and other parameters", async () => {
    const { settlementId, seller } = await matchTrade(world());
    const queries = { "settlement_hash=0x12": "string_pattern_mismatch", "hash=1": "extra_forbidden" };
    for (const [query, type] of Object.entries(queries)) {
      const path = `/v1/settlements/${settlementId}/legs/0/deposit-info?${query}`;
      const { status, body } = await world().call("GET", path, { token: seller.token });
      expect(status).to.equal(422);
      expect(body.detail[0]).to.deep.include({ loc: ["query", query.split("=")[0]], type });
    }
  });
});
