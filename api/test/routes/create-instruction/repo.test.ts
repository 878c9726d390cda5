import { expect } from "chai";
import { bond, buyOpen, cash, sell, sellOpen } from "../../support/instructions.ts";
import { matchRepo, readRepo, repo } from "../../support/repos.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

const deliver = (leg: Record<string, unknown>) => ({ ...leg, direction: "deliver" });
const receive = (leg: Record<string, unknown>) => ({ ...leg, direction: "receive" });
const later = (seconds: number) => new Date(Date.parse(repo().maturity_at) + 1000 * seconds).toISOString();

describe("POST /v1/instructions of a repo", () => {
  const world = useWorld();
  let seller: Tenant;
  let buyer: Tenant;
  before(async () => {
    [seller, buyer] = [await createTenant(world()), await createTenant(world())];
  });

  it("shows the fields as sent, and no commitment before the match", async () => {
    const fields = repo({ repayment_amount: "986000.50" });
    const { status, body } = await submit(world(), seller, sell(fields));
    expect(status).to.equal(201);
    const { maturity_at, ...rest } = fields;
    expect(body).to.deep.include({ ...rest, status: "pending_match" });
    expect(Date.parse(body.maturity_at)).to.equal(Date.parse(maturity_at));
    expect(body.party).to.deep.include({ wallet_commitment: null, closing_wallet_commitment: null });
    const plain = await submit(world(), seller, sell());
    expect(plain.body).to.deep.include({
      settlement_category: null,
      maturity_at: null,
      repayment_amount: null,
      repo_rate: null,
    });
  });

  it("shows both drawn commitments once it has matched", async () => {
    const { sellerInstruction, opening, closing } = await matchRepo(world());
    expect(sellerInstruction.settlement_id).to.equal(opening.id);
    expect(sellerInstruction.party).to.deep.include({
      wallet_commitment: opening.parties[0].wallet_commitment,
      closing_wallet_commitment: closing.parties[0].wallet_commitment,
    });
  });

  it("takes repo-standard with its own roles", async () => {
    const template_slug = "repo-standard";
    const fields = repo();
    const one = await submit(world(), seller, sell({ ...fields, template_slug, role: "securities_provider" }));
    expect(one.status, JSON.stringify(one.body)).to.equal(201);
    const legs = [receive(bond()), deliver(cash())];
    const reference = { trade_reference: one.body.trade_reference };
    const other = { ...fields, ...reference, template_slug, role: "cash_provider", legs };
    const two = await submit(world(), buyer, sellOpen(other));
    expect(two.body.status).to.equal("matched");
    const { opening, closing } = await readRepo(world(), buyer, two.body.settlement_id);
    expect([opening.template_slug, closing.template_slug]).to.deep.equal([template_slug, template_slug]);
  });

  /** What the buyer says differently, and the field that is named. */
  const DIFFERENCES: [string, Record<string, unknown>, string][] = [
    [
      "a plain trade",
      { settlement_category: null, maturity_at: null, repayment_amount: null, repo_rate: null },
      "settlement_category",
    ],
    ["a maturity one second later", { maturity_at: later(1) }, "maturity_at"],
    ["a repayment of one base unit less", { repayment_amount: "986000.499999" }, "repayment_amount"],
    ["everything", { maturity_at: later(1), repayment_amount: "1" }, "maturity_at"],
    ["its fee mode before its maturity", { fee_mode: "split", maturity_at: later(1) }, "fee_mode"],
  ];
  for (const [name, change, field] of DIFFERENCES) {
    it(`keeps ${name} apart and names ${field}`, async () => {
      const { maturity_at } = repo();
      const one = await submit(world(), seller, sellOpen({ ...repo({ maturity_at }) }));
      const other = buyOpen({ ...repo({ maturity_at }), ...change, trade_reference: one.body.trade_reference });
      const two = await submit(world(), buyer, other);
      expect(two.body).to.deep.include({ status: "pending_match", settlement_id: null, match_failure: { field } });
    });
  }

  it("matches other spellings of one maturity and one repayment, and any rates", async () => {
    const { maturity_at } = repo();
    const second = {
      maturity_at: `${maturity_at.slice(0, 19)}.250+00:00`,
      repayment_amount: 986000.5,
      repo_rate: null,
    };
    const {
      opening,
      closing,
      buyer: other,
      settlementId,
    } = await matchRepo(world(), {
      seller: { maturity_at, repayment_amount: "986000.500000" },
      buyer: second,
    });
    expect(opening.repo_metadata).to.deep.include({ repo_rate: 0.0525, repayment_amount: "986000.500000" });
    expect(closing.maturity_at).to.equal(maturity_at.replace(".000Z", "Z"));
    const theirs = await readRepo(world(), other, settlementId);
    expect([theirs.opening.repo_metadata.repo_rate, theirs.closing.repo_metadata.repo_rate]).to.deep.equal([
      null,
      null,
    ]);
  });

  it("judges an open side's repayment by the payment that the other side delivers", async () => {
    const fields = repo({ repayment_amount: "986000.1234567" });
    // The seller names no payment, so nobody knows yet how many digits it has.
    const one = await submit(world(), seller, sellOpen(fields));
    expect(one.status).to.equal(201);
    const reference = { trade_reference: one.body.trade_reference, maturity_at: fields.maturity_at };
    const two = await submit(world(), buyer, buyOpen({ ...repo(), ...reference, repayment_amount: "986000.123456" }));
    expect(two.body.match_failure).to.deep.equal({ field: "repayment_amount" });
  });

  it("keeps apart what together has two payments, for only one of them could be paid back", async () => {
    const { maturity_at } = repo();
    const one = await submit(
      world(),
      seller,
      sellOpen({ ...repo({ maturity_at }), legs: [deliver(bond()), deliver(cash())] }),
    );
    const other = buyOpen({ ...repo({ maturity_at }), trade_reference: one.body.trade_reference });
    const two = await submit(world(), buyer, other);
    expect(two.body.match_failure).to.deep.equal({ field: "legs" });
  });

  it("records both settlements for each side, in the transaction of the match", async () => {
    const [a, b] = [await createTenant(world()), await createTenant(world())];
    const { opening, closing } = await matchRepo(world(), { tenants: [a, b] });
    const { db } = world();
    for (const { environmentId } of [a, b]) {
      const rows = await db
        .selectFrom("keystone.activity_log")
        .select(["resource_id", "detail"])
        .where("environment_id", "=", environmentId)
        .where("type", "=", "settlement.created")
        .execute();
      expect(rows.map(({ resource_id }) => resource_id)).to.have.members([opening.id, closing.id]);
      const of = rows.find(({ resource_id }) => resource_id === closing.id);
      expect(of?.detail).to.deep.include({ parent_settlement_id: opening.id });
    }
    const intents = await db
      .selectFrom("keystone.intent")
      .select("status")
      .where("settlement_id", "in", [opening.id, closing.id])
      .execute();
    expect(intents).to.deep.equal([{ status: "open" }, { status: "open" }]);
  });

  it("times the closing by the longer time of the two environments, and never by less than messages need", async function () {
    this.timeout(60_000);
    const { db } = world();
    const timed = async (...seconds: [number, number]) => {
      const tenants: [Tenant, Tenant] = [await createTenant(world()), await createTenant(world())];
      for (const [index, tenant] of tenants.entries()) {
        const set = { default_timeout_seconds: seconds[index] as number };
        await db.updateTable("keystone.environment").set(set).where("id", "=", tenant.environmentId).execute();
      }
      const { closing } = await matchRepo(world(), { tenants });
      return (Date.parse(closing.timeout_at) - Date.parse(closing.maturity_at)) / 1000;
    };
    expect(await timed(120, 7200)).to.equal(7200);
    expect(await timed(7200, 120)).to.equal(7200);
    // The margin of the tests' deployment is 15 seconds.
    expect(await timed(60, 60)).to.equal(75);
    const { closing } = await matchRepo(world());
    expect(Date.parse(closing.timeout_at) - Date.parse(closing.maturity_at)).to.equal(3_600_000);
  });
});
