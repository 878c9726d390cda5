import {
  entityHash,
  hashTerms,
  rulesetId,
  STANDARD_RULESET,
  termsFromJson,
  uuidFromRef,
  walletCommitment,
} from "@keystoneos/protocol";
import { expect } from "chai";
import type { Json } from "../../support/client.ts";
import { AWAY, HOME, TOKENS, testDeployment } from "../../support/deployment.ts";
import { BUYER_WALLET, bond, cash, SELLER_WALLET } from "../../support/instructions.ts";
import { matchTrade, type Trade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements/{settlement_id} 200, what was agreed", () => {
  const world = useWorld();
  const { contracts, templates } = testDeployment();
  const read = async (trade: Trade, who: "seller" | "buyer" = "seller"): Promise<Json> => {
    const { status, body } = await world().call("GET", `/v1/settlements/${trade.settlementId}`, {
      token: trade[who].token,
    });
    expect(status).to.equal(200);
    return body;
  };

  describe("from the match on", () => {
    let trade: Trade;
    let body: Json;
    before(async () => {
      trade = await matchTrade(world());
      body = await read(trade);
    });

    it("is in the initial state with nothing on chain", () => {
      expect(body).to.deep.include({
        id: trade.settlementId,
        state: "INSTRUCTED",
        on_chain: null,
        on_chain_state: null,
        next_transitions: [],
        transactions: [],
        settlement_type: "cross_platform",
        settlement_category: null,
        template_slug: "dvp-cross-chain",
        template_version: 1,
        trade_reference: trade.reference,
        fee_mode: "seller_pays",
        compliance: { status: "not_started", checks: [] },
        platform_id: trade.seller.platformId,
        environment_id: trade.seller.environmentId,
        ruleset_id: rulesetId(STANDARD_RULESET),
        coordinator: { chain_id: HOME, address: contracts.coordinator },
      });
    });

    it("carries terms whose hash is the settlement's, made as agreed", () => {
      const terms = termsFromJson(body.terms);
      expect(hashTerms(terms)).to.equal(body.settlement_hash);
      expect(uuidFromRef(terms.ref)).to.equal(body.id);
      expect(terms.settleDeadline).to.equal(Date.parse(body.timeout_at) / 1000);
      expect(terms.depositDeadline).to.equal(terms.settleDeadline - 15);
      expect(terms.attesters).to.deep.equal(templates.attesters);
      expect(terms.threshold).to.equal(1);
      expect(terms.operator).to.equal(templates.operator);
      expect(terms.legs).to.deep.equal([
        {
          chainId: BigInt(HOME),
          escrow: contracts.escrow,
          token: TOKENS.bond,
          standard: 0,
          tokenId: 0n,
          amount: 1_000_000n * 10n ** 18n,
          partition: `0x${"0".repeat(64)}`,
          from: 1,
          to: 3,
          fees: [],
        },
        {
          chainId: BigInt(AWAY),
          escrow: contracts.escrow,
          token: TOKENS.cashAway,
          standard: 0,
          tokenId: 0n,
          amount: 985_000_250_000n,
          partition: `0x${"0".repeat(64)}`,
          from: 3,
          to: 1,
          fees: [],
        },
      ]);
    });

    it("lists the parties' commitments in the order of the terms, all of them fresh", async () => {
      const commitments = body.parties.flatMap((party: Json) => [party.entity_commitment, party.wallet_commitment]);
      expect(commitments).to.deep.equal(body.terms.parties);
      expect(new Set(commitments).size).to.equal(4);
      const again = await read(await matchTrade(world(), { tenants: [trade.seller, trade.buyer] }));
      expect(again.terms.parties.filter((each: string) => commitments.includes(each))).to.deep.equal([]);
    });

    it("describes the legs in whole units and base units", () => {
      expect(body.legs).to.have.length(2);
      expect(body.legs[0]).to.deep.include({
        leg_index: 0,
        leg_type: "asset_delivery",
        instrument_id: "BOND-2026-A",
        quantity: "1000000",
        direction: "deliver",
        party_role: "seller",
        counterparty_role: "buyer",
        chain_id: HOME,
        token_address: TOKENS.bond,
        token_standard: "ERC-20",
        decimals: 18,
        token_id: null,
        partition: null,
        status: "pending",
        depositor: null,
        recipient: null,
        deposit_key: body.terms.parties[1],
        depositor_commitment: body.terms.parties[1],
        recipient_commitment: body.terms.parties[3],
        deposit_secret: null,
      });
      expect(body.legs[1]).to.deep.include({ leg_type: "payment", amount: "985000250000", party_role: "buyer" });
    });

    it("shows every chain of the terms", () => {
      const chain = { locked: false, verdict: "none", confirmations: 0, finality: "pending" };
      expect(body.chains.map(({ indexed_block: _, ...rest }: Json) => rest)).to.deep.equal([
        { chain_id: HOME, escrow_address: contracts.escrow, ...chain },
        { chain_id: AWAY, escrow_address: contracts.escrow, ...chain },
      ]);
    });

    it("shows each side its own fields and of the other only the name", async () => {
      const views = [
        { view: body, own: "seller", other: "buyer", instruction: trade.sellerInstruction, wallet: SELLER_WALLET },
        {
          view: await read(trade, "buyer"),
          own: "buyer",
          other: "seller",
          instruction: trade.buyerInstruction,
          wallet: BUYER_WALLET,
        },
      ];
      for (const { view, own, other, instruction, wallet } of views) {
        expect(view.idempotency_key).to.equal(instruction.idempotency_key);
        expect(view.external_reference).to.equal(instruction.party.external_reference);
        const mine = view.parties.find(({ role }: Json) => role === own);
        const theirs = view.parties.find(({ role }: Json) => role === other);
        expect(mine).to.deep.include({
          wallet_address: wallet,
          external_reference: instruction.party.external_reference,
        });
        expect(theirs).to.deep.include({
          wallet_address: null,
          external_reference: null,
          chain_id: null,
          asset_provider: null,
          name: other === "buyer" ? "Harbour Cash Desk" : "Alpine Bond Desk",
        });
      }
    });
  });

  it("keeps one side's leg references from the other", async () => {
    const legs = [bond({ direction: "deliver", external_reference: "book 12" }), cash({ direction: "receive" })];
    const trade = await matchTrade(world(), { seller: { legs } });
    expect((await read(trade, "seller")).legs[0].external_reference).to.equal("book 12");
    expect((await read(trade, "buyer")).legs[0].external_reference).to.equal(null);
  });

  it("commits to the entity by its record", async () => {
    const trade = await matchTrade(world());
    const { terms } = await read(trade);
    const { db, deps } = world();
    const { openSecret } = await import("@keystoneos/store");
    const { entityCommitment } = await import("@keystoneos/protocol");
    const party = await db
      .selectFrom("keystone.party")
      .selectAll()
      .where("settlement_id", "=", trade.settlementId)
      .where("role", "=", "seller")
      .executeTakeFirstOrThrow();
    const secrets = await db
      .selectFrom("keystone.commitment_secret")
      .selectAll()
      .where("party_id", "=", party.id)
      .execute();
    expect(secrets).to.have.length(2);
    const open = (kind: "entity" | "wallet") => {
      const row = secrets.find((each) => each.kind === kind);
      if (row === undefined) throw new Error(`no ${kind} secret`);
      return openSecret(deps.keyring, { settlementId: trade.settlementId, partyId: party.id, kind }, row);
    };
    const record = { external_reference: "desk-1", name: "Alpine Bond Desk", platform: trade.seller.platformSlug };
    expect(entityCommitment(open("entity"), record)).to.equal(terms.parties[0]);
    expect(walletCommitment(open("wallet"), SELLER_WALLET)).to.equal(terms.parties[1]);
    expect(open("entity")).to.not.equal(open("wallet"));
    expect(entityHash(record)).to.match(/^0x[0-9a-f]{64}$/);
  });

  it("puts a broker's fees into the terms, by fee mode", async () => {
    const quantity = "1000.000001";
    const base = 1_000_000_001n;
    const fee = (base * 25n) / 10_000n;
    const amounts = { seller_pays: base, buyer_pays: base + fee, split: base + (fee + 1n) / 2n };
    for (const [fee_mode, amount] of Object.entries(amounts)) {
      const template = { template_slug: "dvp-brokered", fee_mode };
      const seller = { ...template, legs: [bond({ direction: "deliver" }), cash({ direction: "receive", quantity })] };
      const buyer = { ...template, legs: [bond({ direction: "receive" }), cash({ direction: "deliver", quantity })] };
      const body = await read(await matchTrade(world(), { seller, buyer }));
      expect(body.fee_mode).to.equal(fee_mode);
      expect(body.legs[0].fees).to.deep.equal([]);
      expect(body.legs[1]).to.deep.include({
        quantity,
        amount: amount.toString(),
        fees: [{ recipient: templates.fee_recipients[AWAY], amount: fee.toString() }],
      });
    }
  });
});
