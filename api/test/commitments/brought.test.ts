import { randomUUID } from "node:crypto";
import { randomSecret, walletCommitment } from "@keystoneos/protocol";
import { expect } from "chai";
import { indexState, setHeads } from "../support/facts.ts";
import { BUYER_WALLET, buy, SELLER_WALLET, sell, sellOpen } from "../support/instructions.ts";
import { readRepo, repo, showState } from "../support/repos.ts";
import { BUYER, create, SELLER, settle } from "../support/settlements.ts";
import { createTenant, type Tenant } from "../support/tenants.ts";
import { submit } from "../support/trades.ts";
import { useWorld } from "../support/world.ts";

describe("commitments that a platform makes itself", () => {
  const world = useWorld();
  const template_slug = `outside-${randomUUID()}`;
  let tenant: Tenant;

  /** A template whose attesters are others than KeyStone's. */
  before(async () => {
    tenant = await createTenant(world());
    const { db } = world();
    const { config, name } = await db
      .selectFrom("keystone.template")
      .selectAll()
      .where("slug", "=", "dvp-cross-chain")
      .executeTakeFirstOrThrow();
    config.on_chain.external_attesters = true;
    await db
      .insertInto("keystone.template")
      .values({ slug: template_slug, version: 1, name, config: JSON.stringify(config) })
      .execute();
  });
  after(async () => {
    await world()
      .db.updateTable("keystone.template")
      .set({ is_active: false })
      .where("slug", "=", template_slug)
      .execute();
  });

  const commitTo = (wallet: `0x${string}`) => walletCommitment(randomSecret(), wallet);
  const sellerWith = (commitments: Record<string, string>) => ({
    template_slug,
    party: { ...sellOpen().party, ...commitments },
  });

  it("stand in the terms as sent, and no secret of theirs is here", async () => {
    const wallet_commitment = commitTo(SELLER_WALLET);
    const first = await submit(world(), tenant, sell(sellerWith({ wallet_commitment })));
    expect(first.status, JSON.stringify(first.body)).to.equal(201);
    expect(first.body.party.wallet_commitment).to.equal(wallet_commitment);
    const other = await createTenant(world());
    const second = await submit(world(), other, buy({ template_slug, trade_reference: first.body.trade_reference }));
    expect(second.body.status).to.equal("matched");
    const id = second.body.settlement_id as string;
    const { body } = await world().call("GET", `/v1/settlements/${id}`, { token: tenant.token });
    expect(body.terms.parties[1]).to.equal(wallet_commitment);
    expect(body.legs[0].deposit_key).to.equal(wallet_commitment);

    await setHeads(world(), 1000);
    await indexState(world(), body.settlement_hash, "AWAITING_DEPOSITS");
    const read = await world().call("GET", `/v1/settlements/${id}`, { token: tenant.token });
    expect(read.body.legs[0].deposit_secret).to.equal(null);
    const path = `/v1/settlements/${id}/legs/0/deposit-info`;
    const info = await world().call("GET", path, { token: tenant.token });
    expect(info.status).to.equal(200);
    expect(info.body).to.deep.include({ calldata: null, reveal: null, depositor: SELLER_WALLET });
    const theirs = await world().call("GET", `/v1/settlements/${id}/legs/1/deposit-info`, { token: other.token });
    expect(theirs.body.calldata).to.match(/^0x/);
  });

  it("come in pairs for a repo: one for each way", async () => {
    const commitments = {
      wallet_commitment: commitTo(SELLER_WALLET),
      closing_wallet_commitment: commitTo(SELLER_WALLET),
    };
    const parties = [{ ...SELLER, ...commitments }, BUYER];
    const { status, body } = await create(world(), tenant, settle({ ...repo(), template_slug, parties }));
    expect(status, JSON.stringify(body)).to.equal(201);
    const { opening, closing } = await readRepo(world(), tenant, body.id);
    expect(opening.terms.parties[1]).to.equal(commitments.wallet_commitment);
    expect(closing.terms.parties[1]).to.equal(commitments.closing_wallet_commitment);
    await setHeads(world(), 1000);
    await showState(world(), closing.settlement_hash, "AWAITING_DEPOSITS");
    const { legs } = (await readRepo(world(), tenant, body.id)).closing;
    // The seller repays here, with a secret of its own; the buyer's was drawn.
    expect(legs[0].deposit_secret).to.equal(null);
    expect(walletCommitment(legs[1].deposit_secret, BUYER_WALLET)).to.equal(closing.terms.parties[3]);
  });

  it("are shown with the instruction as sent, before and after the match", async () => {
    const commitments = {
      wallet_commitment: commitTo(SELLER_WALLET),
      closing_wallet_commitment: commitTo(SELLER_WALLET),
    };
    const { maturity_at } = repo();
    const json = sell({ ...repo({ maturity_at }), ...sellerWith(commitments) });
    const first = await submit(world(), tenant, json);
    expect(first.body.party).to.deep.include(commitments);
    const other = { ...repo({ maturity_at }), template_slug, trade_reference: first.body.trade_reference };
    expect((await submit(world(), tenant, buy(other))).body.status).to.equal("matched");
    const { body } = await world().call("GET", `/v1/instructions/${first.body.id}`, { token: tenant.token });
    expect(body.party).to.deep.include(commitments);
  });

  it("are taken once, whatever became of the first: pending, cancelled, matched, or of a closing", async () => {
    const [one, two, three] = [commitTo(SELLER_WALLET), commitTo(SELLER_WALLET), commitTo(SELLER_WALLET)];
    const pending = await submit(world(), tenant, sellOpen(sellerWith({ wallet_commitment: one })));
    expect(pending.status).to.equal(201);
    const other = await createTenant(world());
    const refused = async (commitments: Record<string, string>, changes: Record<string, unknown> = {}) => {
      const { status, body } = await submit(world(), other, sellOpen({ ...sellerWith(commitments), ...changes }));
      expect([status, body.code]).to.deep.equal([422, "commitment_reused"]);
      return body.context.loc;
    };
    expect(await refused({ wallet_commitment: one })).to.deep.equal(["body", "party", "wallet_commitment"]);
    expect(await refused({ wallet_commitment: one.toUpperCase().replace("0X", "0x") })).to.be.an("array");
    await world().call("POST", `/v1/instructions/${pending.body.id}/cancel`, { token: tenant.token });
    await refused({ wallet_commitment: one });
    const parties = [{ ...SELLER, wallet_commitment: two, closing_wallet_commitment: three }, BUYER];
    expect((await create(world(), tenant, settle({ ...repo(), template_slug, parties }))).status).to.equal(201);
    await refused({ wallet_commitment: two });
    await refused({ wallet_commitment: three });
    const loc = await refused({ wallet_commitment: commitTo(SELLER_WALLET), closing_wallet_commitment: one }, repo());
    expect(loc).to.deep.equal(["body", "party", "closing_wallet_commitment"]);
    const twice = commitTo(SELLER_WALLET);
    await refused({ wallet_commitment: twice, closing_wallet_commitment: twice }, repo());
  });

  it("are left free by a request that was refused", async () => {
    const wallet_commitment = commitTo(SELLER_WALLET);
    const late = sellOpen({ ...sellerWith({ wallet_commitment }), timeout_at: "2020-01-01T00:00:00Z" });
    expect((await submit(world(), tenant, late)).body.code).to.equal("timeout_in_past");
    expect((await submit(world(), tenant, sellOpen(sellerWith({ wallet_commitment })))).status).to.equal(201);
  });

  it("are taken by one of many that bring them at once, in whatever order", async function () {
    this.timeout(20_000);
    const [a, b] = [commitTo(SELLER_WALLET), commitTo(SELLER_WALLET)];
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, index) => {
        const [one, other] = index % 2 === 0 ? [a, b] : [b, a];
        const party = sellerWith({ wallet_commitment: one as string, closing_wallet_commitment: other as string });
        return submit(world(), tenant, sellOpen({ ...repo(), ...party }));
      }),
    );
    expect(answers.filter(({ status }) => status === 201)).to.have.length(1);
    expect(answers.filter(({ body }) => body.code === "commitment_reused")).to.have.length(15);
  });

  it("are taken by one of many settlements that are made at once, and the others are told so", async function () {
    this.timeout(20_000);
    const commitment = commitTo(SELLER_WALLET);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => {
        const own = index % 2 === 0 ? { wallet_commitment: commitment } : {};
        const closing = { wallet_commitment: commitTo(SELLER_WALLET), closing_wallet_commitment: commitment };
        const parties = [{ ...SELLER, ...(index % 2 === 0 ? own : closing) }, BUYER];
        return create(world(), tenant, settle({ ...(index % 2 === 0 ? {} : repo()), template_slug, parties }));
      }),
    );
    expect(answers.filter(({ status }) => status === 201)).to.have.length(1);
    expect(answers.filter(({ body }) => body.code === "commitment_reused")).to.have.length(11);
  });
});
