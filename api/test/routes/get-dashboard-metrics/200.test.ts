import { expect } from "chai";
import { screenTrade, userOf } from "../../support/checks.ts";
import type { Json } from "../../support/client.ts";
import { indexState, setHeads } from "../../support/facts.ts";
import { addEnvironment, createTenant, createToken } from "../../support/tenants.ts";
import { matchTrade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/dashboard/metrics 200", () => {
  const world = useWorld();
  const metrics = async (by: Json): Promise<Json> => {
    const { status, body } = await world().call("GET", "/v1/dashboard/metrics", by);
    expect(status).to.equal(200);
    return body;
  };
  const NONE = {
    AWAITING_MATURITY: 0,
    INSTRUCTED: 0,
    COMPLIANCE_CHECKING: 0,
    COMPLIANCE_CLEARED: 0,
    AWAITING_DEPOSITS: 0,
    EXECUTING_SWAP: 0,
    FINALIZED: 0,
    ROLLED_BACK: 0,
    TIMED_OUT: 0,
  };

  it("counts nothing where there is nothing, whatever others have", async () => {
    await matchTrade(world());
    const { token } = await createTenant(world());
    expect(await metrics({ token })).to.deep.equal({
      settlements_by_state: NONE,
      total_settlements: 0,
      compliance: { pass: 0, fail: 0, flagged: 0, pending: 0 },
      recent_activity_count: 0,
    });
  });

  it("counts what the lists count: settlements by shown state, own checks by status, activity of the last day", async () => {
    await setHeads(world(), 1000);
    const [seller, buyer] = [await createTenant(world()), await createTenant(world())];
    const trades = [];
    for (let index = 0; index < 3; index++) trades.push(await matchTrade(world(), { tenants: [seller, buyer] }));
    const [first, second, third] = trades as [Json, Json, Json];
    const hashOf = async (trade: Json) =>
      (await world().call("GET", `/v1/settlements/${trade.settlementId}`, { token: seller.token })).body
        .settlement_hash;
    await indexState(world(), await hashOf(first), "FINALIZED");
    await indexState(world(), await hashOf(second), "COMPLIANCE_CHECKING");
    await screenTrade(world(), first);
    await screenTrade(world(), second, { seller_entity: "flagged", seller_wallet: "error", buyer_entity: "fail" });
    await screenTrade(world(), third, { seller_entity: "pending", buyer_wallet: "pending" });
    await world()
      .db.insertInto("keystone.activity_log")
      .values({
        platform_id: seller.platformId,
        environment_id: seller.environmentId,
        type: "instruction.created",
        category: "instruction",
        description: "The day before",
        actor_type: "m2m",
        actor_id: null,
        resource_type: null,
        resource_id: null,
        method: null,
        path: null,
        status_code: null,
        ip_address: null,
        user_agent: null,
        request_id: null,
        created_at: new Date(Date.now() - 25 * 3600 * 1000),
      })
      .execute();

    const mine = await metrics({ token: seller.token });
    expect(mine).to.deep.include({
      settlements_by_state: { ...NONE, FINALIZED: 1, COMPLIANCE_CHECKING: 1, INSTRUCTED: 1 },
      total_settlements: 3,
      compliance: { pass: 3, fail: 0, flagged: 1, pending: 2 },
    });
    expect((await metrics({ token: buyer.token })).compliance).to.deep.equal({
      pass: 4,
      fail: 1,
      flagged: 0,
      pending: 1,
    });
    // Each trade: the instruction, its match, the settlement.
    expect(mine.recent_activity_count).to.equal(9);

    for (const [state, count] of Object.entries(mine.settlements_by_state)) {
      const { total } = (await world().call("GET", `/v1/settlements?state=${state}`, { token: seller.token })).body;
      expect(total, state).to.equal(count);
    }
    for (const status of ["pass", "fail", "flagged"]) {
      const path = `/v1/compliance-checks?status=${status}`;
      const { total } = (await world().call("GET", path, { token: seller.token })).body;
      expect(total, status).to.equal(mine.compliance[status]);
    }
  });

  it("is about one environment, which a user names", async () => {
    const trade = await matchTrade(world());
    const sister = await addEnvironment(world(), trade.seller.platformId);
    const token = await createToken(world(), { clientId: sister.clientId });
    expect((await metrics({ token })).total_settlements).to.equal(0);
    expect((await metrics(await userOf(world(), trade.seller, ["settlements:read"]))).total_settlements).to.equal(1);
    const elsewhere = await userOf(world(), { ...trade.seller, ...sister }, ["settlements:read"]);
    expect((await metrics(elsewhere)).total_settlements).to.equal(0);
  });
});
