import { expect } from "chai";
import { bond, sellOpen } from "../../support/instructions.ts";
import { createTenant } from "../../support/tenants.ts";
import { submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/instructions/{instruction_id} 200", () => {
  const world = useWorld();

  it("shows what was sent and what it resolved to", async () => {
    const tenant = await createTenant(world());
    const party = { ...sellOpen().party, chain_id: 11155111, asset_provider: "Custody AG" };
    const legs = [
      bond({ direction: "deliver", quantity: 0.25, leg_type: "asset_delivery", external_reference: "ISIN leg" }),
    ];
    const { body: made } = await submit(world(), tenant, sellOpen({ party, legs, fee_mode: "split" }));
    const { status, body } = await world().call("GET", `/v1/instructions/${made.id}`, { token: tenant.token });
    expect(status).to.equal(200);
    expect(body).to.deep.equal(made);
    expect(body.party).to.deep.include(party);
    expect(body.legs[0]).to.deep.include({ ...legs[0], quantity: "0.25", amount: "250000000000000000" });
    expect(body.fee_mode).to.equal("split");
    expect(Date.parse(body.expires_at)).to.equal(Date.parse(body.timeout_at));
  });

  it("expires a day after its creation at the latest", async () => {
    const tenant = await createTenant(world());
    const timeout_at = new Date(Date.now() + 7 * 86_400_000).toISOString();
    const { body } = await submit(world(), tenant, sellOpen({ timeout_at }));
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).to.equal(86_400_000);
    // A deadline on chain is a whole second.
    expect(Date.parse(body.timeout_at)).to.equal(Math.floor(Date.parse(timeout_at) / 1000) * 1000);
  });
});
