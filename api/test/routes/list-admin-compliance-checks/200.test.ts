import { expect } from "chai";
import { adminGet, agreedTrade } from "../../support/admin.ts";
import { screenTrade } from "../../support/checks.ts";
import type { Json } from "../../support/client.ts";
import { indexState, setHeads } from "../../support/facts.ts";
import { useWorld } from "../../support/world.ts";

const ids = ({ body }: Json): string[] => body.items.map(({ id }: Json) => id);

describe("GET /v1/admin/compliance-checks", () => {
  const world = useWorld();
  before(() => setHeads(world(), 1000));
  const list = (query: Record<string, string>) =>
    adminGet(world(), `/compliance-checks?${new URLSearchParams({ limit: "200", ...query })}`);

  it("200 shows checks of both sides with what they are about, one by one too", async () => {
    const trade = await agreedTrade(world());
    await indexState(world(), trade.hash, "COMPLIANCE_CHECKING");
    const checks = await screenTrade(world(), trade, { buyer_wallet: "flagged" });
    const all = await list({ settlement_id: trade.settlementId });
    expect(all.body.total).to.equal(4);
    expect(ids(all)).to.have.members(checks.map(({ id }) => id));
    const flagged = checks[3]?.id as string;
    const { status, body } = await adminGet(world(), `/compliance-checks/${flagged}`);
    expect(status).to.equal(200);
    expect(body).to.deep.equal(all.body.items.find(({ id }: Json) => id === flagged));
    const { party } = trade.buyerInstruction;
    expect(body).to.deep.include({
      status: "flagged",
      check_type: "wallet",
      reference_id: "reference-buyer-wallet",
      risk_score: 87.5,
      matched_lists: ["SDN"],
      party: { role: "buyer", name: party.name, external_reference: party.external_reference },
      wallet_address: party.wallet_address,
      settlement_state: "COMPLIANCE_CHECKING",
      platform_id: trade.buyer.platformId,
      environment_id: trade.buyer.environmentId,
    });
  });

  it("200 filters by status, provider, kind, platform, settlement and participant", async () => {
    const trade = await agreedTrade(world());
    const checks = await screenTrade(world(), trade, { seller_entity: "flagged" });
    const [sellerEntity, sellerWallet] = checks.map(({ id }) => id);
    const settlement_id = trade.settlementId;
    expect(ids(await list({ settlement_id, status: "flagged" }))).to.deep.equal([sellerEntity]);
    expect(ids(await list({ settlement_id, check_type: "entity" }))).to.have.length(2);
    expect(ids(await list({ settlement_id, provider: "sanctions_list" }))).to.have.length(4);
    expect(ids(await list({ settlement_id, provider: "sanctions" }))).to.deep.equal([]);
    const sellers = [sellerEntity, sellerWallet];
    expect(ids(await list({ platform_id: trade.seller.platformId }))).to.have.members(sellers);
    const { name, external_reference } = trade.sellerInstruction.party;
    const { id: party } = trade.settlement.parties[0];
    for (const participant of [party, name, name.slice(1, 5).toUpperCase(), external_reference]) {
      expect(ids(await list({ settlement_id, participant })), participant).to.have.members(sellers);
    }
    for (const participant of ["%", external_reference.slice(1), crypto.randomUUID()]) {
      expect(ids(await list({ settlement_id, participant })), participant).to.deep.equal([]);
    }
    const first = await list({ settlement_id, limit: "3" });
    const rest = await list({ settlement_id, limit: "3", cursor: first.body.next_cursor });
    expect([...ids(first), ...ids(rest)]).to.have.members(checks.map(({ id }) => id));
  });

  it("422 names what is wrong, 404 for no check", async () => {
    for (const [field, value] of Object.entries({
      status: "lost",
      check_type: "x",
      platform_id: "x",
      participant: "",
    })) {
      const { status, body } = await list({ [field]: value });
      expect(status).to.equal(422);
      expect(body.detail[0].loc).to.deep.equal(["query", field]);
    }
    for (const id of ["none", crypto.randomUUID()]) {
      expect((await adminGet(world(), `/compliance-checks/${id}`)).status).to.equal(404);
    }
  });
});
