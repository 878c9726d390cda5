import { expect } from "chai";
import { indexState, setHeads } from "../../support/facts.ts";
import { createToken } from "../../support/tenants.ts";
import { matchTrade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements/{settlement_id}/legs/{leg_index}/deposit-info 403", () => {
  const world = useWorld();

  it("keeps the other side's leg, in every state", async () => {
    await setHeads(world(), 1000);
    const trade = await matchTrade(world());
    const read = await world().call("GET", `/v1/settlements/${trade.settlementId}`, { token: trade.seller.token });
    for (const state of ["INSTRUCTED", "AWAITING_DEPOSITS", "FINALIZED"] as const) {
      await indexState(world(), read.body.settlement_hash, state);
      for (const [token, leg] of [
        [trade.seller.token, 1],
        [trade.buyer.token, 0],
      ] as const) {
        const path = `/v1/settlements/${trade.settlementId}/legs/${leg}/deposit-info`;
        const { status, body } = await world().call("GET", path, { token });
        expect(status).to.equal(403);
        expect(body.code).to.equal("not_leg_owner");
      }
    }
  });

  it("needs the right to write", async () => {
    const trade = await matchTrade(world());
    const token = await createToken(world(), { clientId: trade.seller.clientId, scope: "settlements:read" });
    const path = `/v1/settlements/${trade.settlementId}/legs/0/deposit-info`;
    const { status, body } = await world().call("GET", path, { token });
    expect(status).to.equal(403);
    expect(body.context).to.deep.equal({ required: "settlements:write" });
  });
});
