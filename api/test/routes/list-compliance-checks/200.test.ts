import { expect } from "chai";
import { checkRows, screenTrade, userOf } from "../../support/checks.ts";
import type { Json } from "../../support/client.ts";
import { indexAttestation, indexState, setHeads } from "../../support/facts.ts";
import { createTenant, createToken, type Tenant } from "../../support/tenants.ts";
import { matchTrade, type Trade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/compliance-checks 200", () => {
  const world = useWorld();
  let seller: Tenant;
  let buyer: Tenant;
  let trades: Trade[];
  before(async () => {
    [seller, buyer] = [await createTenant(world()), await createTenant(world())];
    trades = [];
    await setHeads(world(), 1000);
    for (let index = 0; index < 5; index++) {
      const trade = await matchTrade(world(), { tenants: [seller, buyer] });
      trades.push(trade);
      await screenTrade(world(), trade, { seller_entity: index === 1 ? "pass" : "flagged", buyer_wallet: "error" });
    }
  });
  const list = async (query = "", by: Json = { token: seller.token }): Promise<Json> => {
    const { status, body } = await world().call("GET", `/v1/compliance-checks${query}`, by);
    expect(status).to.equal(200);
    return body;
  };
  const settlementsOf = (items: Json[]) => items.map(({ settlement_id }) => settlement_id);
  const ids = (...indices: number[]) => indices.map((index) => trades[index]?.settlementId);

  it("lists the checks of own parties and nobody else's, newest first", async () => {
    const { items, total } = await list("?limit=200");
    expect(total).to.equal(10);
    const own = await world()
      .db.selectFrom("keystone.party")
      .select("id")
      .where("environment_id", "=", seller.environmentId)
      .execute();
    expect(items.every(({ party_id }: Json) => own.some(({ id }) => id === party_id))).to.equal(true);
    expect([...new Set(settlementsOf(items))]).to.deep.equal(ids(4, 3, 2, 1, 0));
    expect((await list("", { token: (await createTenant(world())).token })).total).to.equal(0);
  });

  it("filters", async () => {
    expect((await list(`?settlement_id=${trades[0]?.settlementId}`)).total).to.equal(2);
    expect((await list("?check_type=wallet")).total).to.equal(5);
    expect((await list("?status=pass&check_type=entity")).total).to.equal(1);
    expect((await list("?provider=sanctions_list")).total).to.equal(10);
    expect((await list("?provider=lseg_worldcheck")).items).to.deep.equal([]);
    expect((await list("?status=error", { token: buyer.token })).total).to.equal(5);
    const foreign = await matchTrade(world());
    await screenTrade(world(), foreign);
    expect((await list(`?settlement_id=${foreign.settlementId}`)).total).to.equal(0);
  });

  it("has the oldest of those that wait for a decision first, then those that no decision can help any more", async () => {
    const ended = trades[0] as Trade;
    const path = `/v1/settlements/${ended.settlementId}`;
    const { settlement_hash } = (await world().call("GET", path, { token: seller.token })).body;
    await indexState(world(), settlement_hash, "FINALIZED");
    const { items, total } = await list("?status=flagged");
    expect(total).to.equal(4);
    expect(settlementsOf(items)).to.deep.equal(ids(2, 3, 4, 0));
    const first = await list("?status=flagged&limit=2");
    expect(settlementsOf(first.items)).to.deep.equal(ids(2, 3));
    expect(first).to.deep.include({ total: 4, limit: 2, offset: 0 });
    const second = await list(`?status=flagged&limit=1&cursor=${first.next_cursor}`);
    expect(settlementsOf(second.items)).to.deep.equal(ids(4));
    expect(second.offset).to.equal(2);
    const third = await list(`?status=flagged&limit=1&cursor=${second.next_cursor}`);
    expect(settlementsOf(third.items)).to.deep.equal(ids(0));
    expect(third.next_cursor).to.equal(null);
    expect(settlementsOf((await list("?status=flagged&limit=2&offset=1")).items)).to.deep.equal(ids(3, 4));
  });

  it("pages without a hole or a repeat while rows are added", async () => {
    const first = await list("?limit=3");
    const trade = await matchTrade(world(), { tenants: [seller, buyer] });
    await screenTrade(world(), trade);
    const seen = [...first.items];
    for (let cursor = first.next_cursor; cursor !== null; ) {
      const page = await list(`?limit=3&cursor=${cursor}`);
      seen.push(...page.items);
      cursor = page.next_cursor;
    }
    expect(seen).to.have.length(10);
    expect(new Set(seen.map(({ id }) => id)).size).to.equal(10);
  });

  it("tells what a provider said to machines that may write and users who may decide, and to nobody else", async () => {
    const query = `?settlement_id=${trades[2]?.settlementId}&check_type=entity`;
    const shown = async (by: Json) => {
      const [{ reference_id, risk_score, matched_lists }] = (await list(query, by)).items;
      return { reference_id, risk_score, matched_lists };
    };
    const everything = { reference_id: "reference-seller-entity", risk_score: 87.5, matched_lists: ["SDN"] };
    const nothing = { reference_id: null, risk_score: null, matched_lists: null };
    expect(await shown({ token: seller.token })).to.deep.equal(everything);
    const token = await createToken(world(), { clientId: seller.clientId, scope: "settlements:read" });
    expect(await shown({ token })).to.deep.equal(nothing);
    const reads = ["settlements:read"];
    expect(await shown(await userOf(world(), seller, [...reads, "compliance:decide"]))).to.deep.equal(everything);
    expect(await shown(await userOf(world(), seller, [...reads, "settlements:write"]))).to.deep.equal(nothing);
  });

  it("names the statement on chain that says what a check says, of its own round only", async () => {
    const trade = await matchTrade(world(), { tenants: [seller, buyer] });
    const path = `/v1/settlements/${trade.settlementId}`;
    const { settlement_hash, terms } = (await world().call("GET", path, { token: seller.token })).body;
    const attestation = async () => {
      const { items } = await list(`?settlement_id=${trade.settlementId}&check_type=wallet`);
      const inSettlement = (await world().call("GET", path, { token: seller.token })).body.compliance.checks;
      const [own] = inSettlement.filter(({ check_type }: Json) => check_type === "wallet");
      expect(items[0].attestation).to.deep.equal(own.attestation);
      return items[0].attestation;
    };
    const sign = (sequence: bigint, round: number) =>
      world()
        .db.insertInto("keystone.attestation")
        .values({
          settlement_id: trade.settlementId,
          attester: terms.attesters[0].toLowerCase(),
          sequence,
          statuses: [1, 1, 1, 1],
          reference_hashes: [],
          valid_until: new Date(),
          signature: "0x",
          round,
        })
        .execute();
    await screenTrade(world(), trade, {}, 2);
    await sign(1n, 1);
    await indexAttestation(world(), settlement_hash, terms, 1, 1);
    expect(await attestation(), "of the first round").to.equal(null);
    await sign(2n, 2);
    await indexAttestation(world(), settlement_hash, terms, 1, 2);
    expect(await attestation()).to.include({ attester: terms.attesters[0] });
    expect((await checkRows(world(), trade)).every((row) => row.round === 2)).to.equal(true);
  });
});
