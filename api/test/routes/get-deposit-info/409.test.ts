import { expect } from "chai";
import type { Json } from "../../support/client.ts";
import { indexDeposit, indexState, setHeads } from "../../support/facts.ts";
import { SELLER_WALLET, sellOpen } from "../../support/instructions.ts";
import { matchRepo, showState } from "../../support/repos.ts";
import { matchTrade, type Trade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements/{settlement_id}/legs/{leg_index}/deposit-info 409", () => {
  const world = useWorld();

  async function prepare(changes: Parameters<typeof matchTrade>[1] = {}): Promise<[Trade, Json]> {
    await setHeads(world(), 1000);
    const trade = await matchTrade(world(), changes);
    const { body } = await world().call("GET", `/v1/settlements/${trade.settlementId}`, { token: trade.seller.token });
    await indexState(world(), body.settlement_hash, "AWAITING_DEPOSITS");
    return [trade, body];
  }
  const refused = async (trade: Trade, code: string, query = "") => {
    const path = `/v1/settlements/${trade.settlementId}/legs/0/deposit-info${query}`;
    const { status, body } = await world().call("GET", path, { token: trade.seller.token });
    expect(status).to.equal(409);
    expect(body.code).to.equal(code);
    expect(body).to.not.have.property("calldata");
  };

  it("comes too early and too late: not_awaiting_deposits", async () => {
    const [trade, { settlement_hash }] = await prepare();
    for (const state of [
      "INSTRUCTED",
      "COMPLIANCE_CHECKING",
      "COMPLIANCE_CLEARED",
      "EXECUTING_SWAP",
      "FINALIZED",
    ] as const) {
      await indexState(world(), settlement_hash, state);
      await refused(trade, "not_awaiting_deposits");
    }
    await refused(await matchTrade(world()), "not_awaiting_deposits");
  });

  it("comes before a repo's way back is on chain: not_awaiting_deposits", async () => {
    await setHeads(world(), 1000);
    const { opening, closing, seller } = await matchRepo(world());
    await indexState(world(), opening.settlement_hash, "AWAITING_DEPOSITS");
    const path = `/v1/settlements/${opening.id}/legs/0/deposit-info`;
    const ask = () => world().call("GET", path, { token: seller.token });
    const early = await ask();
    expect([early.status, early.body.code]).to.deep.equal([409, "not_awaiting_deposits"]);
    expect(early.body.detail).to.contain("closing");
    // A verdict without a creation fixes nothing.
    await showState(world(), closing.settlement_hash, "TIMED_OUT", "rollback");
    const { db } = world();
    const only = { created: false };
    await db
      .updateTable("indexer.settlement")
      .set(only)
      .where("settlement_hash", "=", closing.settlement_hash)
      .execute();
    expect((await ask()).status).to.equal(409);
    await showState(world(), closing.settlement_hash, "AWAITING_MATURITY");
    const info = await ask();
    expect(info.status).to.equal(200);
    expect(info.body.calldata).to.match(/^0x/);
  });

  it("comes before a repo's closing has opened, and is answered once it takes deposits", async () => {
    await setHeads(world(), 1000);
    const { opening, closing, seller } = await matchRepo(world());
    await indexState(world(), opening.settlement_hash, "FINALIZED");
    await showState(world(), closing.settlement_hash, "AWAITING_MATURITY");
    const path = `/v1/settlements/${closing.id}/legs/0/deposit-info`;
    const early = await world().call("GET", path, { token: seller.token });
    expect([early.status, early.body.code]).to.deep.equal([409, "not_awaiting_deposits"]);
    await indexState(world(), closing.settlement_hash, "AWAITING_DEPOSITS");
    const { status, body } = await world().call("GET", path, { token: seller.token });
    expect(status).to.equal(200);
    expect(body).to.deep.include({ deposit_amount: "986000500000", settlement_hash: closing.settlement_hash });
  });

  it("comes after the deadline: deposit_deadline_passed", async () => {
    const [trade] = await prepare();
    await world()
      .db.updateTable("keystone.settlement")
      .set({ deposit_deadline: new Date(Date.now() - 1) })
      .where("id", "=", trade.settlementId)
      .execute();
    await refused(trade, "deposit_deadline_passed");
  });

  it("comes after the deposit: leg_already_deposited", async () => {
    const [trade, { settlement_hash, terms }] = await prepare();
    await indexDeposit(world(), settlement_hash, terms, 0, SELLER_WALLET);
    await refused(trade, "leg_already_deposited");
  });

  it("comes from a party that has not seen the terms: terms_acceptance_required", async () => {
    const [trade] = await prepare({ seller: sellOpen() });
    await refused(trade, "terms_acceptance_required");
  });

  it("names other terms: settlement_hash_mismatch", async () => {
    const query = `?settlement_hash=0x${"1".repeat(64)}`;
    const [open] = await prepare({ seller: sellOpen() });
    await refused(open, "settlement_hash_mismatch", query);
    const [trade] = await prepare();
    await refused(trade, "settlement_hash_mismatch", query);
  });
});
