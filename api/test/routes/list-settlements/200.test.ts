import { expect } from "chai";
import type { Json } from "../../support/client.ts";
import { indexState, setHeads } from "../../support/facts.ts";
import { matchRepo } from "../../support/repos.ts";
import { create, settle } from "../../support/settlements.ts";
import { createTenant } from "../../support/tenants.ts";
import { matchTrade, type Trade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements 200", () => {
  const world = useWorld();
  let trades: Trade[];
  const list = async (query = "", who: "seller" | "buyer" = "seller"): Promise<Json> => {
    const trade = trades[0] as Trade;
    const { status, body } = await world().call("GET", `/v1/settlements${query}`, { token: trade[who].token });
    expect(status).to.equal(200);
    return body;
  };
  const ids = async (query: string): Promise<string[]> => (await list(query)).items.map(({ id }: Json) => id);

  before(async () => {
    await setHeads(world(), 1000);
    const tenants: [Trade["seller"], Trade["buyer"]] = [await createTenant(world()), await createTenant(world())];
    trades = [];
    for (let i = 0; i < 5; i++) trades.unshift(await matchTrade(world(), { tenants }));
    await matchTrade(world());
  });
  const idOf = (index: number) => (trades[index] as Trade).settlementId;

  it("lists settlements with a party of the environment, newest first, each as when read alone", async () => {
    const body = await list();
    expect(body.items.map(({ id }: Json) => id)).to.deep.equal(trades.map(({ settlementId }) => settlementId));
    expect(body).to.deep.include({ total: 5, limit: 50, offset: 0, next_cursor: null });
    const trade = trades[2] as Trade;
    const alone = await world().call("GET", `/v1/settlements/${trade.settlementId}`, { token: trade.seller.token });
    expect(body.items[2]).to.deep.equal(alone.body);
    expect((await list("", "buyer")).total).to.equal(5);
  });

  it("pages by offset and by cursor", async () => {
    const first = await list("?limit=2");
    const second = await list(`?limit=2&cursor=${first.next_cursor}`);
    const third = await list(`?limit=2&cursor=${second.next_cursor}`);
    const all = [first, second, third].flatMap(({ items }) => items.map(({ id }: Json) => id));
    expect(all).to.deep.equal(trades.map(({ settlementId }) => settlementId));
    expect(third.next_cursor).to.equal(null);
    expect(await ids("?limit=2&offset=3")).to.deep.equal([idOf(3), idOf(4)]);
  });

  it("filters by state, indexed or initial, also by several", async () => {
    const hash = async (index: number) => (await list(`?limit=1&offset=${index}`)).items[0].settlement_hash;
    await indexState(world(), await hash(0), "AWAITING_DEPOSITS");
    await indexState(world(), await hash(1), "FINALIZED");
    expect(await ids("?state=AWAITING_DEPOSITS")).to.deep.equal([idOf(0)]);
    expect(await ids("?state=FINALIZED&state=AWAITING_DEPOSITS")).to.deep.equal([idOf(0), idOf(1)]);
    expect((await list("?state=INSTRUCTED")).total).to.equal(3);
    expect((await list("?state=ROLLED_BACK")).total).to.equal(0);
  });

  it("filters by everything else", async () => {
    const [newest] = trades as [Trade];
    const { items } = await list("?limit=1");
    expect(await ids(`?trade_reference=${newest.reference}`)).to.deep.equal([idOf(0)]);
    expect(await ids(`?idempotency_key=${newest.sellerInstruction.idempotency_key}`)).to.deep.equal([idOf(0)]);
    expect(await ids(`?idempotency_key=${newest.buyerInstruction.idempotency_key}`)).to.deep.equal([]);
    expect((await list("?external_reference=desk-1")).total).to.equal(5);
    expect((await list("?external_reference=fund-7")).total).to.equal(0);
    expect((await list("?template_slug=dvp-cross-chain")).total).to.equal(5);
    expect((await list("?template_slug=cross_platform_dvp")).total).to.equal(5);
    expect((await list("?template_slug=dvp-standard")).total).to.equal(0);
    expect((await list("?settlement_type=cross_platform")).total).to.equal(5);
    expect((await list("?settlement_type=single_platform")).total).to.equal(0);
    expect((await list("?settlement_category=repo_open")).total).to.equal(0);
    expect((await list(`?parent_settlement_id=${idOf(0)}`)).total).to.equal(0);
    expect((await list(`?created_from=${items[0].created_at}`)).total).to.be.within(1, 5);
    expect((await list("?created_to=2020-01-01T00:00:00Z")).total).to.equal(0);
    expect((await list("?created_from=2020-01-01T00:00:00%2B02:00")).total).to.equal(5);
  });

  it("filters repos by category, by parent, by the state that a closing begins in, and by own references", async () => {
    const [seller, buyer] = [await createTenant(world()), await createTenant(world())];
    const { opening, closing, sellerInstruction } = await matchRepo(world(), { tenants: [seller, buyer] });
    await matchTrade(world(), { tenants: [seller, buyer] });
    const made = await create(world(), seller, settle({ external_reference: "deal-9" }));
    const found = async (query: string, { token } = seller) =>
      (await world().call("GET", `/v1/settlements?${query}`, { token })).body.items.map(({ id }: Json) => id);
    expect(await found("")).to.have.length(4);
    expect(await found("settlement_category=repo_open")).to.deep.equal([opening.id]);
    expect(await found("settlement_category=repo_close")).to.deep.equal([closing.id]);
    expect(await found(`parent_settlement_id=${opening.id.toUpperCase()}`)).to.deep.equal([closing.id]);
    expect(await found(`parent_settlement_id=${closing.id}`)).to.deep.equal([]);
    expect(await found("state=AWAITING_MATURITY")).to.deep.equal([closing.id]);
    expect(await found("state=INSTRUCTED"))
      .to.have.length(3)
      .and.not.include(closing.id);
    expect(await found("settlement_type=single_platform")).to.deep.equal([made.body.id]);
    expect(await found(`trade_reference=${opening.trade_reference}`)).to.have.members([opening.id, closing.id]);
    expect(await found("external_reference=deal-9")).to.deep.equal([made.body.id]);
    // The references of its parties are not the settlement's.
    expect(await found("external_reference=desk-1"))
      .to.have.length(3)
      .and.not.include(made.body.id);
    expect(await found(`idempotency_key=${made.body.idempotency_key}`)).to.deep.equal([made.body.id]);
    expect(await found(`idempotency_key=${sellerInstruction.idempotency_key}`)).to.deep.equal([opening.id]);
    const stranger = await createTenant(world());
    expect(await found(`parent_settlement_id=${opening.id}`, stranger)).to.deep.equal([]);
    expect(await found(`parent_settlement_id=${opening.id}`, buyer)).to.deep.equal([closing.id]);
  });

  it("lists a settlement once to an environment that is both sides", async () => {
    const tenant = await createTenant(world());
    const { settlementId } = await matchTrade(world(), { tenants: [tenant, tenant] });
    const { body } = await world().call("GET", "/v1/settlements", { token: tenant.token });
    expect(body.total).to.equal(1);
    expect(body.items[0].id).to.equal(settlementId);
    expect(body.items[0].parties.every(({ wallet_address }: Json) => wallet_address !== null)).to.equal(true);
  });
});
