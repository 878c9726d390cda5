import { hashTerms, REPO_RULESET, rulesetId, termsFromJson, ZERO_ADDRESS } from "@keystoneos/protocol";
import { expect } from "chai";
import type { Json } from "../../support/client.ts";
import { HOME, TOKENS } from "../../support/deployment.ts";
import { indexState, setHeads } from "../../support/facts.ts";
import { BUYER_WALLET, bond, cash, SELLER_WALLET } from "../../support/instructions.ts";
import { matchRepo, type Repo, readRepo, showCreation, showState } from "../../support/repos.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements/{settlement_id} 200, of a repo", () => {
  const world = useWorld();
  let repo: Repo;
  beforeEach(async () => {
    await setHeads(world(), 1000);
    repo = await matchRepo(world());
  });
  const again = () => readRepo(world(), repo.seller, repo.settlementId);
  const unix = (time: string) => Date.parse(time) / 1000;

  it("has two halves that name each other", () => {
    const { opening, closing, reference } = repo;
    const common = { trade_reference: reference, external_reference: "desk-1", maturity_at: opening.maturity_at };
    const metadata = {
      repo_rate: 0.0525,
      repayment_amount: "986000.5",
      closing_settlement_id: closing.id,
      closing_status: "scheduled",
    };
    expect(opening).to.deep.include({
      ...common,
      settlement_category: "repo_open",
      parent_settlement_id: null,
      repo_metadata: metadata,
      state: "INSTRUCTED",
      idempotency_key: repo.sellerInstruction.idempotency_key,
    });
    expect(closing).to.deep.include({
      ...common,
      settlement_category: "repo_close",
      parent_settlement_id: opening.id,
      repo_metadata: metadata,
      state: "AWAITING_MATURITY",
      idempotency_key: null,
      template_id: opening.template_id,
      settlement_type: "cross_platform",
      next_transitions: [],
    });
  });

  it("fixes the way back: the opening as parent, not before maturity, nobody to undo it", () => {
    const { opening, closing } = repo;
    expect(hashTerms(termsFromJson(closing.terms))).to.equal(closing.settlement_hash);
    expect(opening.terms).to.deep.include({ parent: `0x${"0".repeat(64)}`, notBefore: 0 });
    expect(closing.terms).to.deep.include({
      parent: opening.settlement_hash,
      notBefore: unix(opening.maturity_at),
      ruleset: rulesetId(REPO_RULESET),
      operator: ZERO_ADDRESS,
      attesters: opening.terms.attesters,
      threshold: opening.terms.threshold,
      ref: `0x${closing.id.replaceAll("-", "")}`,
      settleDeadline: unix(closing.timeout_at),
      depositDeadline: unix(closing.deposit_deadline),
    });
    expect(closing.ruleset_id).to.equal(rulesetId(REPO_RULESET));
    expect(unix(closing.timeout_at)).to.equal(unix(opening.maturity_at) + 3600);
    expect(unix(closing.timeout_at) - unix(closing.deposit_deadline)).to.equal(15);
  });

  it("turns every leg round and pays the repayment, between the same wallets under fresh commitments", () => {
    const { opening, closing } = repo;
    const transfers = ({ terms }: Json) =>
      terms.legs.map((leg: Json) => [leg.token, leg.amount, leg.from, leg.to, leg.fees]);
    const bonds = `1000000${"0".repeat(18)}`;
    expect(transfers(opening)).to.deep.equal([
      [TOKENS.bond, bonds, 1, 3, []],
      [TOKENS.cashAway, "985000250000", 3, 1, []],
    ]);
    expect(transfers(closing)).to.deep.equal([
      [TOKENS.cashAway, "986000500000", 1, 3, []],
      [TOKENS.bond, bonds, 3, 1, []],
    ]);
    const legs = closing.legs.map((leg: Json) => [leg.party_role, leg.leg_type, leg.quantity, leg.instrument_id]);
    expect(legs).to.deep.equal([
      ["seller", "payment", "986000.5", "TUSDC"],
      ["buyer", "asset_delivery", "1000000", "BOND-2026-A"],
    ]);
    const wallets = closing.parties.map((party: Json) => [party.role, party.wallet_address]);
    expect(wallets).to.deep.equal([
      ["seller", SELLER_WALLET],
      ["buyer", null],
    ]);
    expect(new Set([...opening.terms.parties, ...closing.terms.parties]).size).to.equal(8);
  });

  it("shows each side its own wallet and no reference of the other's", async () => {
    const legs = [bond({ direction: "deliver", external_reference: "sellers-own" }), cash({ direction: "receive" })];
    repo = await matchRepo(world(), { seller: { legs } });
    expect(repo.opening.legs[0].external_reference).to.equal("sellers-own");
    const { closing } = await readRepo(world(), repo.buyer, repo.settlementId);
    expect(closing.parties.map(({ wallet_address }: Json) => wallet_address)).to.deep.equal([null, BUYER_WALLET]);
    expect(closing.external_reference).to.equal("fund-7");
    expect(closing.legs.map(({ external_reference }: Json) => external_reference)).to.deep.equal([null, null]);
    expect(JSON.stringify(closing)).to.not.contain("desk-1");
  });

  it("holds back deposit secrets until both ways are on chain", async () => {
    const { opening, closing } = repo;
    await indexState(world(), opening.settlement_hash, "AWAITING_DEPOSITS");
    const secret = async () => (await again()).opening.legs[0].deposit_secret;
    expect(await secret()).to.equal(null);
    await showState(world(), closing.settlement_hash, "AWAITING_MATURITY");
    expect(await secret()).to.match(/^0x[0-9a-f]{64}$/);
  });

  it("shows when the closing may open: its opening is final and maturity has come", async () => {
    const { opening, closing } = repo;
    await showState(world(), closing.settlement_hash, "AWAITING_MATURITY");
    const gate = async () =>
      (await again()).closing.next_transitions.find((next: Json) => next.target === "INSTRUCTED");
    expect(await gate()).to.deep.equal({ target: "INSTRUCTED", gate: "PARENT_FINALIZED", satisfied: false });
    await indexState(world(), opening.settlement_hash, "FINALIZED");
    expect((await gate()).satisfied).to.equal(false);
    await setHeads(world(), 1000, unix(opening.maturity_at) - 1);
    expect((await gate()).satisfied).to.equal(false);
    await setHeads(world(), 1000, unix(opening.maturity_at));
    expect((await gate()).satisfied).to.equal(true);
    await showState(world(), opening.settlement_hash, "AWAITING_DEPOSITS");
    expect((await gate()).satisfied).to.equal(false);
    const { next_transitions } = (await again()).closing;
    expect(next_transitions.map((next: Json) => [next.target, next.gate])).to.deep.equal([
      ["TIMED_OUT", "TIMEOUT"],
      ["INSTRUCTED", "PARENT_FINALIZED"],
      ["ROLLED_BACK", "CONSENT"],
    ]);
  });

  const STATUSES: [opening: [string, "none" | "execute" | "rollback"], closing: string | null, status: string][] = [
    [["INSTRUCTED", "none"], null, "scheduled"],
    [["AWAITING_DEPOSITS", "none"], "AWAITING_MATURITY", "scheduled"],
    [["FINALIZED", "execute"], "AWAITING_MATURITY", "scheduled"],
    [["FINALIZED", "execute"], "INSTRUCTED", "open"],
    [["FINALIZED", "execute"], "AWAITING_DEPOSITS", "open"],
    [["FINALIZED", "execute"], "EXECUTING_SWAP", "open"],
    [["FINALIZED", "execute"], "FINALIZED", "finalized"],
    [["FINALIZED", "execute"], "ROLLED_BACK", "rolled_back"],
    [["FINALIZED", "execute"], "TIMED_OUT", "timed_out"],
    [["EXECUTING_SWAP", "execute"], "TIMED_OUT", "timed_out"],
    [["ROLLED_BACK", "rollback"], null, "void"],
    [["ROLLED_BACK", "rollback"], "AWAITING_MATURITY", "void"],
    [["TIMED_OUT", "rollback"], "AWAITING_MATURITY", "void"],
    [["TIMED_OUT", "rollback"], "TIMED_OUT", "void"],
    [["INSTRUCTED", "none"], "TIMED_OUT", "void"],
    [["FINALIZED", "execute"], null, "scheduled"],
    [["INSTRUCTED", "none"], "ROLLED_BACK", "rolled_back"],
  ];
  for (const [[state, verdict], later, status] of STATUSES) {
    it(`says ${status} with an opening in ${state} and a closing in ${later ?? "nothing indexed"}, on both halves`, async () => {
      await showState(world(), repo.opening.settlement_hash, state, verdict);
      if (later !== null) await showState(world(), repo.closing.settlement_hash, later);
      const { opening, closing } = await again();
      expect([opening.repo_metadata.closing_status, closing.repo_metadata.closing_status]).to.deep.equal([
        status,
        status,
      ]);
    });
  }

  it("begins its closing's events in AWAITING_MATURITY, by matching", async () => {
    const events = async (id: string): Promise<Json[]> =>
      (await world().call("GET", `/v1/settlements/${id}/events`, { token: repo.seller.token })).body.items;
    const [before] = await events(repo.closing.id);
    expect(before).to.deep.include({
      sequence: 1,
      to_state: "AWAITING_MATURITY",
      triggered_by: "system:matching",
      chain: null,
    });
    await showState(world(), repo.closing.settlement_hash, "AWAITING_MATURITY");
    await showCreation(world(), repo.closing.settlement_hash, "AWAITING_MATURITY");
    const [after] = await events(repo.closing.id);
    expect(after).to.deep.include({
      id: before.id,
      content_hash: before.content_hash,
      triggered_by: "system:matching",
    });
    expect(after.chain).to.deep.include({ chain_id: HOME });
  });
});
