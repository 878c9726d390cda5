import { expect } from "chai";
import { adminGet, agreedTrade } from "../../support/admin.ts";
import { indexDeposit, indexState, setHeads } from "../../support/facts.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/admin/settlements/{settlement_id}", () => {
  const world = useWorld();
  before(() => setHeads(world(), 200));

  it("200 shows both sides in full, by name, as no side sees the other", async () => {
    const { settlementId, seller, buyer, sellerInstruction, buyerInstruction } = await agreedTrade(world());
    const { status, body } = await adminGet(world(), `/settlements/${settlementId}`);
    expect(status).to.equal(200);
    expect(body).to.include({
      id: settlementId,
      platform_id: seller.platformId,
      platform_name: `Platform ${seller.platformSlug}`,
      environment_slug: seller.environmentSlug,
      counterparty_platform_name: `Platform ${buyer.platformSlug}`,
      idempotency_key: sellerInstruction.idempotency_key,
    });
    const [sold, bought] = [sellerInstruction, buyerInstruction].map(({ party }) => party);
    expect(body.parties.map((party: Record<string, unknown>) => [party.external_reference, party.wallet_address]))
      .to //
      .deep.equal([
        [sold.external_reference, sold.wallet_address],
        [bought.external_reference, bought.wallet_address],
      ]);
    expect(body.external_reference).to.equal(sold.external_reference);
  });

  it("200 shows the checks of all parties with what providers said", async () => {
    const { settlementId, settlement } = await agreedTrade(world());
    for (const [index, { id }] of settlement.parties.entries()) {
      await world()
        .db.insertInto("keystone.compliance_check")
        .values({
          settlement_id: settlementId,
          party_id: id,
          check_type: "entity",
          provider: "sanctions_list",
          status: "flagged",
          reference_id: `reference-${index}`,
          risk_score: 70,
          matched_lists: ["SDN"],
        })
        .execute();
    }
    const { body } = await adminGet(world(), `/settlements/${settlementId}`);
    expect(body.compliance.status).to.equal("flagged");
    expect(body.compliance.checks.map((check: Record<string, unknown>) => check.reference_id)).to.have.members([
      "reference-0",
      "reference-1",
    ]);
    for (const check of body.compliance.checks) {
      expect(check).to.deep.include({ risk_score: 70, matched_lists: ["SDN"] });
    }
  });

  it("200 never shows what opens a deposit", async () => {
    const { settlementId, hash, settlement, seller } = await agreedTrade(world());
    await indexState(world(), hash, "AWAITING_DEPOSITS");
    await indexDeposit(world(), hash, settlement.terms, 0, settlement.parties[0].wallet_address);
    const own = await world().call("GET", `/v1/settlements/${settlementId}`, { token: seller.token });
    const secret = own.body.legs[0].deposit_secret;
    expect(secret).to.match(/^0x[0-9a-f]{64}$/);
    const { body } = await adminGet(world(), `/settlements/${settlementId}`);
    expect(body.state).to.equal("AWAITING_DEPOSITS");
    expect(body.legs.map((leg: Record<string, unknown>) => leg.deposit_secret)).to.deep.equal([null, null]);
    expect(JSON.stringify(body)).to.not.include(secret.slice(2));
    const list = await adminGet(world(), `/settlements?platform_id=${seller.platformId}`);
    expect(list.body.items).to.have.length(1);
    expect(JSON.stringify(list.body)).to.not.include(secret.slice(2));
  });

  it("200 has no counterparty where one platform has all parties", async () => {
    const { createTenant } = await import("../../support/tenants.ts");
    const { matchTrade } = await import("../../support/trades.ts");
    const tenant = await createTenant(world());
    const { settlementId } = await matchTrade(world(), { tenants: [tenant, tenant] });
    const { body } = await adminGet(world(), `/settlements/${settlementId}`);
    expect(body).to.include({ settlement_type: "single_platform", counterparty_platform_name: null });
  });

  it("404 for what is none", async () => {
    for (const id of ["none", "8b0e3a51-0f0e-4c8e-9d55-1f2f6d3a9c11"]) {
      const { status, body } = await adminGet(world(), `/settlements/${id}`);
      expect({ status, detail: body.detail }).to.deep.equal({ status: 404, detail: "Settlement not found" });
    }
  });
});
