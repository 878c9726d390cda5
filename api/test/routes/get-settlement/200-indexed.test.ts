import { expect } from "chai";
import type { Json } from "../../support/client.ts";
import { AWAY, HOME, testDeployment } from "../../support/deployment.ts";
import { AHEAD, CALLER, hashOf, indexAttestation, indexDeposit, indexState, setHeads } from "../../support/facts.ts";
import { BUYER_WALLET, SELLER_WALLET } from "../../support/instructions.ts";
import { matchTrade, type Trade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements/{settlement_id} 200, what is indexed", () => {
  const world = useWorld();
  const { contracts } = testDeployment();
  const read = async (trade: Trade, who: "seller" | "buyer" = "seller"): Promise<Json> => {
    const { status, body } = await world().call("GET", `/v1/settlements/${trade.settlementId}`, {
      token: trade[who].token,
    });
    expect(status).to.equal(200);
    return body;
  };

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
        "CONSENT ROLLED_BACK": false,
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
});
