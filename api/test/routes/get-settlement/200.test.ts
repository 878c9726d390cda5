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
import { AHEAD, CALLER, hashOf, indexAttestation, indexDeposit, indexState, setHeads } from "../../support/facts.ts";
import { BUYER_WALLET, bond, cash, SELLER_WALLET } from "../../support/instructions.ts";
import { createToken } from "../../support/tenants.ts";
import { matchTrade, type Trade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements/{settlement_id} 200", () => {
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

  describe("once indexed", () => {
    let trade: Trade;
    before(async () => {
      trade = await matchTrade(world());
      await setHeads(world(), 1000);
    });

    it("follows the coordinator's state, and never says FINALIZED earlier", async () => {
      const { settlement_hash: hash } = await read(trade);
      const states = [
        "INSTRUCTED",
        "COMPLIANCE_CHECKING",
        "COMPLIANCE_CLEARED",
        "AWAITING_DEPOSITS",
        "EXECUTING_SWAP",
        "FINALIZED",
      ] as const;
      for (const [index, state] of states.entries()) {
        await indexState(world(), hash, state);
        const body = await read(trade);
        expect(body).to.deep.include({ state, on_chain_state: state });
        expect(body.on_chain).to.deep.equal({
          state,
          verdict: index >= 4 ? "execute" : "none",
          block_number: 100 + index,
          block_hash: hashOf(`block ${100 + index}`),
          tx_hash: hashOf(`${hash} ${100 + index}`),
          confirmations: 901 - index,
          finality: "finalized",
        });
      }
    });

    it("counts confirmations from the indexed head: pending, safe, finalized", async () => {
      const { settlement_hash: hash } = await read(trade);
      const seen = [];
      for (const block of [1000, 999, 997, 996]) {
        await indexState(world(), hash, "INSTRUCTED", block);
        const { on_chain } = await read(trade);
        seen.push([on_chain.confirmations, on_chain.finality]);
      }
      expect(seen).to.deep.equal([
        [1, "pending"],
        [2, "safe"],
        [4, "safe"],
        [5, "finalized"],
      ]);
    });

    it("takes a state back that a reorg took back", async () => {
      const { settlement_hash: hash } = await read(trade);
      await indexState(world(), hash, "AWAITING_DEPOSITS");
      expect((await read(trade)).state).to.equal("AWAITING_DEPOSITS");
      await indexState(world(), hash, "COMPLIANCE_CHECKING");
      expect((await read(trade)).state).to.equal("COMPLIANCE_CHECKING");
    });

    it("shows a verdict without creation as timed out", async () => {
      const lost = await matchTrade(world());
      const { settlement_hash } = await read(lost);
      await indexState(world(), settlement_hash, "INSTRUCTED");
      await world()
        .db.updateTable("indexer.settlement")
        .set({ created: false, state: "TIMED_OUT", verdict: "rollback" })
        .where("settlement_hash", "=", settlement_hash)
        .execute();
      const body = await read(lost);
      expect(body).to.deep.include({ state: "TIMED_OUT", next_transitions: [] });
      expect(body.on_chain).to.deep.include({ state: "TIMED_OUT", verdict: "rollback" });
    });

    it("says what may happen next, and which gates hold", async () => {
      const { settlement_hash: hash, terms } = await read(trade);
      await indexState(world(), hash, "COMPLIANCE_CHECKING");
      const gates = async () => {
        const { next_transitions } = await read(trade);
        return Object.fromEntries(
          next_transitions.map(({ gate, target, satisfied }: Json) => [`${gate} ${target}`, satisfied]),
        );
      };
      expect(await gates()).to.deep.equal({
        "COMPLIANCE_CLEARED COMPLIANCE_CLEARED": false,
        "COMPLIANCE_FAILED ROLLED_BACK": false,
        "TIMEOUT TIMED_OUT": false,
        "MANUAL ROLLED_BACK": false,
      });
      await indexAttestation(world(), hash, terms, 1);
      expect(await gates()).to.deep.include({ "COMPLIANCE_CLEARED COMPLIANCE_CLEARED": true });
      await indexAttestation(world(), hash, terms, 3, 2);
      expect(await gates()).to.deep.include({
        "COMPLIANCE_CLEARED COMPLIANCE_CLEARED": false,
        "COMPLIANCE_FAILED ROLLED_BACK": true,
      });
    });

    it("listens to no attester that the terms do not name", async () => {
      const fresh = await matchTrade(world());
      const { settlement_hash: hash, terms } = await read(fresh);
      await indexState(world(), hash, "COMPLIANCE_CHECKING");
      await indexAttestation(world(), hash, { ...terms, attesters: [CALLER] }, 3);
      const { next_transitions } = await read(fresh);
      expect(next_transitions.find(({ gate }: Json) => gate === "COMPLIANCE_FAILED").satisfied).to.equal(false);
    });

    it("shows deposits as transactions, legs by their escrow, and then the depositor's wallet", async () => {
      const fresh = await matchTrade(world());
      const { settlement_hash: hash, terms } = await read(fresh);
      await indexState(world(), hash, "AWAITING_DEPOSITS");
      await indexDeposit(world(), hash, terms, 0, SELLER_WALLET, 998);
      await world()
        .db.insertInto("indexer.settlement_chain")
        .values({
          chain_id: BigInt(HOME),
          settlement_hash: hash,
          locked: true,
          verdict: "none",
          lock_reported: true,
          release_reported: false,
          dispatched: 0,
        })
        .execute();
      const body = await read(fresh, "buyer");
      expect(body.legs[0]).to.deep.include({ status: "deposited", depositor: SELLER_WALLET });
      expect(body.legs[0].deposit_tx_hash).to.equal(hashOf(`${hash}0 998`));
      expect(body.parties[0].wallet_address).to.equal(SELLER_WALLET);
      expect(body.chains[0]).to.deep.include({ locked: true, confirmations: 3, finality: "safe", indexed_block: 1000 });
      expect(body.transactions).to.deep.equal([
        {
          chain_id: HOME,
          hash: hashOf(`${hash}0 998`),
          block_number: 998,
          kind: "deposit",
          status: "safe",
          intent_id: null,
          created_at: new Date((1_790_000_000 + 998) * 1000).toISOString().replace(".000Z", "Z"),
        },
      ]);
    });

    it("counts confirmations of each chain by its own head and policy", async () => {
      const fresh = await matchTrade(world());
      const { settlement_hash: hash, terms } = await read(fresh);
      await indexState(world(), hash, "AWAITING_DEPOSITS", 900);
      await indexDeposit(world(), hash, terms, 0, SELLER_WALLET, 999);
      await indexDeposit(world(), hash, terms, 1, BUYER_WALLET, 999 + AHEAD);
      const { chains, transactions } = await read(fresh);
      const facts = chains.map((chain: Json) => [
        chain.chain_id,
        chain.indexed_block,
        chain.confirmations,
        chain.finality,
      ]);
      expect(facts).to.deep.equal([
        [HOME, 1000, 2, "safe"],
        [AWAY, 1000 + AHEAD, 2, "pending"],
      ]);
      expect(transactions.map(({ chain_id, status }: Json) => [chain_id, status])).to.have.deep.members([
        [HOME, "safe"],
        [AWAY, "pending"],
      ]);
    });

    it("shows the other side's wallet once it is revealed anywhere", async () => {
      const fresh = await matchTrade(world());
      const { settlement_hash } = await read(fresh);
      await world()
        .db.insertInto("indexer.revealed_wallet")
        .values({
          chain_id: BigInt(HOME),
          settlement_hash,
          party_index: 3,
          wallet: BUYER_WALLET.toLowerCase() as `0x${string}`,
          tx_hash: hashOf("reveal"),
        })
        .execute();
      expect((await read(fresh)).parties[1].wallet_address).to.equal(BUYER_WALLET);
      expect((await read(fresh, "buyer")).parties[0].wallet_address).to.equal(null);
    });

    it("shows what the relayer has sent", async () => {
      const fresh = await matchTrade(world());
      const intent = await world()
        .db.selectFrom("keystone.intent")
        .select("id")
        .where("settlement_id", "=", fresh.settlementId)
        .executeTakeFirstOrThrow();
      await world()
        .db.insertInto("keystone.chain_transaction")
        .values({
          chain_id: BigInt(HOME),
          signer: CALLER,
          nonce: BigInt(Math.floor(Math.random() * 2 ** 40)),
          intent_id: intent.id,
          settlement_id: fresh.settlementId,
          kind: "create",
          to_address: contracts.coordinator,
          data: "0x",
          gas_limit: 1n,
          max_fee_per_gas: 1n,
          max_priority_fee_per_gas: 1n,
          raw: "0x",
          hash: hashOf(fresh.settlementId),
          status: "submitted",
          block_number: null,
          block_hash: null,
          error: null,
        })
        .execute();
      const { transactions } = await read(fresh);
      expect(transactions).to.have.length(1);
      expect(transactions[0]).to.deep.include({
        chain_id: HOME,
        hash: hashOf(fresh.settlementId),
        block_number: null,
        kind: "create",
        status: "submitted",
        intent_id: intent.id,
      });
    });
  });

  describe("and its deposit secrets", () => {
    let trade: Trade;
    let hash: `0x${string}`;
    before(async () => {
      await setHeads(world(), 1000);
      trade = await matchTrade(world());
      hash = (await read(trade)).settlement_hash;
    });

    it("gives them in AWAITING_DEPOSITS only, each to its owner only", async () => {
      for (const state of ["INSTRUCTED", "COMPLIANCE_CLEARED", "EXECUTING_SWAP", "FINALIZED"] as const) {
        await indexState(world(), hash, state);
        const { legs } = await read(trade);
        expect(legs.map(({ deposit_secret }: Json) => deposit_secret)).to.deep.equal([null, null]);
      }
      await indexState(world(), hash, "AWAITING_DEPOSITS");
      const [mine, theirs] = [await read(trade, "seller"), await read(trade, "buyer")];
      expect(mine.legs[1].deposit_secret).to.equal(null);
      expect(theirs.legs[0].deposit_secret).to.equal(null);
      expect(walletCommitment(mine.legs[0].deposit_secret, SELLER_WALLET)).to.equal(mine.legs[0].deposit_key);
      expect(walletCommitment(theirs.legs[1].deposit_secret, BUYER_WALLET)).to.equal(theirs.legs[1].deposit_key);
    });

    it("gives them to no token that only reads", async () => {
      await indexState(world(), hash, "AWAITING_DEPOSITS");
      const token = await createToken(world(), { clientId: trade.seller.clientId, scope: "settlements:read" });
      const { body } = await world().call("GET", `/v1/settlements/${trade.settlementId}`, { token });
      expect(body.legs.map(({ deposit_secret }: Json) => deposit_secret)).to.deep.equal([null, null]);
    });

    it("tells everybody on the way not to keep them", async () => {
      const path = `/v1/settlements/${trade.settlementId}`;
      const { headers } = await world().call("GET", path, { token: trade.seller.token });
      expect(headers.get("cache-control")).to.equal("no-store");
    });

    it("neither lists nor logs them", async () => {
      await indexState(world(), hash, "AWAITING_DEPOSITS");
      const { legs } = await read(trade);
      const secret = legs[0].deposit_secret.slice(2);
      const list = await world().call("GET", "/v1/settlements", { token: trade.seller.token });
      expect(JSON.stringify(list.body)).to.not.include(secret);
      expect(world().logged.join("\n")).to.not.include(secret).and.not.include(trade.seller.token);
      const activities = await world().db.selectFrom("keystone.activity_log").selectAll().execute();
      expect(JSON.stringify(activities)).to.not.include(secret);
      const stored = await world().db.selectFrom("keystone.commitment_secret").selectAll().execute();
      expect(stored.some(({ ciphertext }) => ciphertext.toString("hex").includes(secret))).to.equal(false);
    });
  });

  describe("and its compliance", () => {
    it("sums up all parties and shows own checks, their details only to who may write", async () => {
      const trade = await matchTrade(world());
      const parties = await world()
        .db.selectFrom("keystone.party")
        .select(["id", "role"])
        .where("settlement_id", "=", trade.settlementId)
        .orderBy("position")
        .execute();
      const check = (party: number, check_type: "entity" | "wallet", status: "pass" | "flagged" | "fail" | "pending") =>
        world()
          .db.insertInto("keystone.compliance_check")
          .values({
            settlement_id: trade.settlementId,
            party_id: parties[party]?.id as string,
            check_type,
            provider: "sanctions_list",
            status,
            reference_id: `ref-${party}-${check_type}`,
            risk_score: 12.5,
            matched_lists: ["OFAC"],
            decided_by: null,
            decision_reason: null,
          })
          .onConflict((c) => c.columns(["settlement_id", "party_id", "check_type", "provider"]).doUpdateSet({ status }))
          .execute();
      const status = async () => (await read(trade)).compliance.status;
      await check(0, "entity", "pass");
      expect(await status()).to.equal("pending");
      await check(0, "wallet", "pass");
      await check(1, "entity", "flagged");
      expect(await status()).to.equal("flagged");
      await check(1, "entity", "pass");
      expect(await status()).to.equal("pending");
      await check(1, "wallet", "pass");
      expect(await status()).to.equal("cleared");

      const { compliance, settlement_hash, terms } = await read(trade);
      expect(compliance.checks).to.have.length(2);
      expect(compliance.checks.every(({ party_id }: Json) => party_id === parties[0]?.id)).to.equal(true);
      expect(compliance.checks[0]).to.deep.include({
        check_type: "entity",
        reference_id: "ref-0-entity",
        risk_score: 12.5,
        matched_lists: ["OFAC"],
        attestation: null,
      });
      await indexAttestation(world(), settlement_hash, terms, 1);
      expect((await read(trade)).compliance.checks[0].attestation).to.deep.include({
        attester: templates.attesters[0],
      });

      const token = await createToken(world(), { clientId: trade.seller.clientId, scope: "settlements:read" });
      const reader = await world().call("GET", `/v1/settlements/${trade.settlementId}`, { token });
      expect(reader.body.compliance.checks[0]).to.deep.include({
        reference_id: null,
        risk_score: null,
        matched_lists: null,
      });
      await check(1, "wallet", "fail");
      expect(await status()).to.equal("failed");
    });
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
