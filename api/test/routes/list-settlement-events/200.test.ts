import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { expect } from "chai";
import { getAddress } from "viem";
import type { Json } from "../../support/client.ts";
import { HOME } from "../../support/deployment.ts";
import { CALLER, hashOf, indexState, setHeads } from "../../support/facts.ts";
import { matchTrade, type Trade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements/{settlement_id}/events 200", () => {
  const world = useWorld();
  let trade: Trade;
  let hash: `0x${string}`;
  const list = async (query = ""): Promise<Json> => {
    const path = `/v1/settlements/${trade.settlementId}/events${query}`;
    const { status, body } = await world().call("GET", path, { token: trade.seller.token });
    expect(status).to.equal(200);
    return body;
  };
  beforeEach(async () => {
    await setHeads(world(), 1000);
    trade = await matchTrade(world());
    const { body } = await world().call("GET", `/v1/settlements/${trade.settlementId}`, { token: trade.seller.token });
    hash = body.settlement_hash;
  });

  it("begins with the match, on no chain yet", async () => {
    const { items, total } = await list();
    expect(total).to.equal(1);
    expect(items[0]).to.deep.include({
      settlement_id: trade.settlementId,
      sequence: 1,
      from_state: null,
      to_state: "INSTRUCTED",
      gate: null,
      triggered_by: "system:matching",
      payload: null,
      chain: null,
      previous_content_hash: null,
      evidence_hash: null,
      created_at: trade.buyerInstruction.matched_at,
    });
  });

  it("keeps the match's event when it reaches the chain, and says where", async () => {
    const before = (await list()).items[0];
    await indexState(world(), hash, "INSTRUCTED", 1000);
    const after = (await list()).items[0];
    const chain = {
      chain_id: HOME,
      block_number: 1000,
      block_hash: hashOf("block 1000"),
      tx_hash: hashOf(`${hash} 1000`),
      log_index: 0,
      finality: "pending",
    };
    expect(after).to.deep.equal({ ...before, chain });
  });

  it("is a chain of hashes that anyone can derive from the logs", async () => {
    await indexState(world(), hash, "FINALIZED");
    const { items } = await list();
    expect(items.map(({ to_state }: Json) => to_state)).to.deep.equal([
      "INSTRUCTED",
      "COMPLIANCE_CHECKING",
      "COMPLIANCE_CLEARED",
      "AWAITING_DEPOSITS",
      "EXECUTING_SWAP",
      "FINALIZED",
    ]);
    let previous: string | null = null;
    for (const [index, event] of items.entries()) {
      expect(event.sequence).to.equal(index + 1);
      expect(event.previous_content_hash).to.equal(previous);
      const content: Record<string, unknown> = {
        settlement_hash: hash,
        sequence: event.sequence,
        from_state: event.from_state,
        to_state: event.to_state,
        gate: event.gate,
        evidence_hash: event.evidence_hash,
        previous_content_hash: previous,
      };
      previous = createHash("sha256")
        .update(canonicalize(content) as string)
        .digest("hex");
      expect(event.content_hash).to.equal(previous);
    }
    expect(items[1]).to.deep.include({
      triggered_by: `chain:${getAddress(CALLER)}`,
      gate: "NONE",
      evidence_hash: `0x${"0".repeat(64)}`,
    });
  });

  it("keeps ids and hashes when a reorg moves the logs", async () => {
    await indexState(world(), hash, "AWAITING_DEPOSITS", 100);
    const before = (await list()).items;
    await indexState(world(), hash, "AWAITING_DEPOSITS", 300);
    const after = (await list()).items;
    const lasting = ({ id, content_hash }: Json) => [id, content_hash];
    expect(after.map(lasting)).to.deep.equal(before.map(lasting));
    expect(after[1].chain.block_hash).to.not.equal(before[1].chain.block_hash);
    expect(new Set(after.map(({ id }: Json) => id)).size).to.equal(4);
  });

  it("knows the relayer by what it has sent", async () => {
    await indexState(world(), hash, "COMPLIANCE_CHECKING");
    await world()
      .db.insertInto("keystone.chain_transaction")
      .values({
        chain_id: BigInt(HOME),
        signer: CALLER,
        nonce: BigInt(Math.floor(Math.random() * 2 ** 40)),
        intent_id: null,
        settlement_id: trade.settlementId,
        kind: "advance",
        to_address: CALLER,
        data: "0x",
        gas_limit: 1n,
        max_fee_per_gas: 1n,
        max_priority_fee_per_gas: 1n,
        raw: "0x",
        hash: hashOf(`${hash} 101`),
        block_number: null,
        block_hash: null,
        error: null,
      })
      .execute();
    expect((await list()).items[1].triggered_by).to.equal("system:relayer");
  });

  it("ends with the timeout of a settlement that was never created", async () => {
    await indexState(world(), hash, "INSTRUCTED");
    const { db } = world();
    await db
      .updateTable("indexer.settlement")
      .set({ created: false, state: "TIMED_OUT", verdict: "rollback" })
      .where("settlement_hash", "=", hash)
      .execute();
    await db.deleteFrom("indexer.transition").where("settlement_hash", "=", hash).execute();
    await db
      .insertInto("indexer.chain_event")
      .values({
        chain_id: BigInt(HOME),
        block_number: 999n,
        block_hash: hashOf(`verdict ${hash}`),
        block_timestamp: 1_790_000_000n,
        tx_hash: hashOf(`timeout ${hash}`),
        log_index: 4,
        contract: "coordinator",
        address: CALLER,
        event: "VerdictTaken",
        settlement_hash: hash,
        args: "{}",
      })
      .execute();
    const { items } = await list();
    expect(items).to.have.length(2);
    expect(items[1]).to.deep.include({ from_state: "INSTRUCTED", to_state: "TIMED_OUT", gate: "TIMEOUT", sequence: 2 });
    expect(items[1].chain).to.deep.include({ log_index: 4, finality: "safe" });
  });

  it("pages oldest first", async () => {
    await indexState(world(), hash, "FINALIZED");
    const first = await list("?limit=4");
    expect(first).to.deep.include({ total: 6, limit: 4, offset: 0 });
    const second = await list(`?limit=4&cursor=${first.next_cursor}`);
    expect(second).to.deep.include({ offset: 4, next_cursor: null });
    const sequences = [...first.items, ...second.items].map(({ sequence }: Json) => sequence);
    expect(sequences).to.deep.equal([1, 2, 3, 4, 5, 6]);
    expect((await list("?offset=5")).items.map(({ to_state }: Json) => to_state)).to.deep.equal(["FINALIZED"]);
    expect((await list("?offset=6")).items).to.deep.equal([]);
  });
});
