import { expect } from "chai";
import { TOKENS } from "../../support/deployment.ts";
import { buy, sellOpen } from "../../support/instructions.ts";
import { createTenant } from "../../support/tenants.ts";
import { submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/instructions 201", () => {
  const world = useWorld();

  it("accepts the documented instruction that lists only what it delivers", async () => {
    const tenant = await createTenant(world());
    const json = sellOpen();
    const { status, body } = await submit(world(), tenant, json);
    expect(status).to.equal(201);
    expect(body).to.deep.include({
      status: "pending_match",
      open: true,
      template_slug: "cross_platform_dvp",
      role: "seller",
      settlement_id: null,
      match_failure: null,
      idempotency_key: json.idempotency_key,
      matched_at: null,
      fee_mode: null,
    });
    expect(body.trade_reference).to.match(/^KS-[0-9a-f-]{36}$/);
    expect(body.legs).to.deep.equal([
      {
        instrument_id: "BOND-2026-A",
        quantity: "1000000",
        direction: "deliver",
        leg_type: null,
        chain_id: 11155111,
        token_address: TOKENS.bond,
        token_standard: "ERC-20",
        token_id: null,
        partition: null,
        decimals: 18,
        amount: `1000000${"0".repeat(18)}`,
        external_reference: null,
      },
    ]);
    expect(body.party).to.deep.include(json.party);
  });

  it("matches the second side at once", async () => {
    const [seller, buyer] = [await createTenant(world()), await createTenant(world())];
    const first = await submit(world(), seller, sellOpen());
    const second = await submit(world(), buyer, buy({ trade_reference: first.body.trade_reference }));
    expect(second.status).to.equal(201);
    expect(second.body).to.deep.include({ status: "matched", match_failure: null });
    expect(second.body.settlement_id).to.be.a("string");
  });
});
