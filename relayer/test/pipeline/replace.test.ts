import { expect } from "chai";
import { parseGwei } from "viem";
import { submit } from "../../src/pipeline/submit.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { account, poolOf } from "../support/chain.ts";
import { A } from "../support/facts.ts";
import { type Fixture, keyOf, LEDGER, pipelineFixture, pipelineOn, step, takeOver } from "../support/pipeline.ts";

describe("a transaction that is not mined", function () {
  this.timeout(30_000);
  let fixture: Fixture;
  before(async () => {
    fixture = await pipelineFixture();
  });
  beforeEach(() => fixture.renew());
  after(() => fixture.stop());

  /** Blocks without what waits in the pool, which stays there. */
  const pass = async (blocks: number, pipeline = fixture.pipeline) => {
    for (let block = 0; block < blocks; block++) {
      const raws = (await fixture.attempts()).map(({ raw }) => raw);
      await fixture.chain.client.request({ method: "anvil_dropAllTransactions" } as never);
      await fixture.chain.mine();
      for (const serializedTransaction of raws) {
        await fixture.chain.client.sendRawTransaction({ serializedTransaction }).catch(() => undefined);
      }
      await step(pipeline);
    }
  };
  const mine = async (blocks = 1) => {
    await fixture.chain.mine(blocks);
    await step(fixture.pipeline);
  };
  const purposes = async () => (await fixture.attempts()).map(({ purpose }) => purpose);
  const built = async (...subjects: string[]) => {
    for (const subject of subjects) await submit(fixture.pipeline, fixture.entry(subject));
    await step(fixture.pipeline);
  };
  /** How often the call of a subject took effect. */
  const effects = async (subject: string) => {
    const slot = keyOf(fixture.settlement.settlementId, subject);
    return Number(await fixture.chain.client.getStorageAt({ address: LEDGER, slot }));
  };
  /** The subject's call has been made by somebody else. */
  const settleByOthers = (subject: string, times = 1) =>
    fixture.chain.client.setStorageAt({
      address: LEDGER,
      index: keyOf(fixture.settlement.settlementId, subject),
      value: `0x${times.toString(16).padStart(64, "0")}`,
    });
  const withPipeline = (settings: Partial<Pipeline["settings"]>) => {
    const other = pipelineOn(fixture.db, fixture.chain, { settings });
    return takeOver(fixture.pipeline, other).then(() => {
      fixture.pipeline = other;
    });
  };

  it("is replaced with a tenth more after so many blocks, its bytes stored before they are sent, and takes effect once", async () => {
    await built("a");
    await pass(1);
    expect(await purposes()).to.deep.equal(["first"]);
    await pass(1);
    const [first, second, ...more] = await fixture.attempts();
    expect(more).to.deep.equal([]);
    expect(second).to.deep.include({ purpose: "replacement", ordinal: 2 });
    for (const field of ["max_fee_per_gas", "max_priority_fee_per_gas"] as const) {
      expect(10n * BigInt(second?.[field] ?? 0) >= 11n * BigInt(first?.[field] ?? 0), field).to.equal(true);
    }
    expect((await fixture.rows())[0]).to.deep.include({ hash: second?.hash, status: "submitted" });
    await mine(7);
    expect((await fixture.rows())[0]).to.deep.include({ hash: second?.hash, status: "finalized" });
    expect(await effects("a")).to.equal(1);
  });

  it("is followed when an earlier one of its bytes is mined after all", async () => {
    await built("a");
    await pass(2);
    const [first, second] = await fixture.attempts();
    await fixture.chain.client.dropTransaction({ hash: second?.hash ?? "0x" });
    await fixture.chain.client.sendRawTransaction({ serializedTransaction: first?.raw ?? "0x" });
    await mine();
    expect((await fixture.rows())[0]).to.deep.include({ hash: first?.hash, raw: first?.raw, status: "pending" });
    await mine(6);
    expect((await fixture.rows())[0]).to.deep.include({ hash: first?.hash, status: "finalized" });
    expect(await effects("a")).to.equal(1);
  });

  it("is replaced at once when the base fee rises above what it offers, and so are those behind it", async () => {
    await built("a", "b");
    await fixture.chain.client.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei("50") });
    await mine();
    expect(await purposes()).to.deep.equal(["first", "replacement", "first", "replacement"]);
    await mine();
    expect((await fixture.rows()).map(({ status }) => status)).to.deep.equal(["pending", "pending"]);
    expect([await effects("a"), await effects("b")]).to.deep.equal([1, 1]);
  });

  it("waits at the cap on fees, says so, and goes on when the chain asks for less", async () => {
    await withPipeline({ feeCaps: new Map([[A, parseGwei("5")]]) });
    await built("a");
    await fixture.chain.client.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei("50") });
    for (let block = 0; block < 4; block++) await mine();
    expect(
      (await fixture.attempts()).every(({ max_fee_per_gas }) => BigInt(max_fee_per_gas) <= parseGwei("5")),
    ).to.equal(true);
    expect([...(fixture.pipeline.lanes[0]?.waitsFor.values() ?? [])]).to.deep.equal(["cap"]);
    await fixture.chain.client.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei("1") });
    await mine();
    await mine();
    expect((await fixture.rows())[0]?.status).to.equal("pending");
    expect([...(fixture.pipeline.lanes[0]?.waitsFor.values() ?? [])]).to.deep.equal([]);
  });

  it("is replaced above its budget: only what is new has to fit in", async () => {
    await built("a");
    await withPipeline({ gasBudgets: new Map([[A, 1n]]) });
    await pass(2);
    expect(await purposes()).to.deep.equal(["first", "replacement"]);
    expect(await submit(fixture.pipeline, fixture.entry("b"))).to.have.property("status", "over_budget");
  });

  describe("whose call is moot", () => {
    const moot = async () => {
      await withPipeline({ replaceAfterBlocks: 100 });
      await built("a");
      await pass(5);
      await settleByOthers("a");
      expect(await purposes()).to.deep.equal(["first"]);
      await pass(1);
      expect(await purposes()).to.deep.equal(["first", "cancellation"]);
    };

    it("is cancelled by a transfer of nothing; its effect is free when that is final", async () => {
      await moot();
      await mine();
      expect((await fixture.rows())[0]).to.deep.include({ status: "submitted", block_number: null });
      expect(await submit(fixture.pipeline, fixture.entry("a"))).to.deep.equal({ status: "taken" });
      await mine(4);
      expect((await fixture.rows())[0]?.status).to.equal("submitted");
      await mine();
      const [row] = await fixture.rows();
      const [, cancellation] = await fixture.attempts();
      expect(row).to.deep.include({
        status: "failed",
        error: "cancelled",
        hash: cancellation?.hash,
        gas_used: "21000",
      });
      expect(await effects("a"), "but by others").to.equal(1);
      await settleByOthers("a", 0);
      expect(await submit(fixture.pipeline, fixture.entry("a"))).to.have.property("status", "stored");
    });

    it("is what is mined, if its bytes are faster than their cancellation", async () => {
      await moot();
      await settleByOthers("a", 0);
      const [first, cancellation] = await fixture.attempts();
      await fixture.chain.client.dropTransaction({ hash: cancellation?.hash ?? "0x" });
      await fixture.chain.client.sendRawTransaction({ serializedTransaction: first?.raw ?? "0x" });
      await mine();
      expect((await fixture.rows())[0]).to.deep.include({ status: "pending", hash: first?.hash, error: null });
      expect(await effects("a")).to.equal(1);
    });

    for (const [from, to] of [
      [0, 1],
      [1, 0],
    ] as const) {
      it(`is followed through a reorg that has ${to === 0 ? "it" : "the transfer"} where the ${to === 0 ? "transfer" : "call"} was`, async () => {
        await moot();
        await settleByOthers("a", 0);
        const attempts = await fixture.attempts();
        const block = (index: number) => [[attempts[index]?.raw, 0]];
        await fixture.chain.client.request({ method: "anvil_dropAllTransactions" } as never);
        await fixture.chain.mine();
        await fixture.chain.client.request({ method: "anvil_reorg", params: [1, block(from)] } as never);
        await step(fixture.pipeline);
        const expected = (index: number) => ({ status: index === 0 ? "pending" : "submitted", error: null });
        expect((await fixture.rows())[0]).to.deep.include(expected(from));
        await fixture.chain.client.request({ method: "anvil_reorg", params: [1, block(to)] } as never);
        await step(fixture.pipeline);
        await step(fixture.pipeline);
        expect((await fixture.rows())[0]).to.deep.include(expected(to));
        await mine(6);
        expect((await fixture.rows())[0]).to.deep.include(
          to === 0 ? { status: "finalized", error: null } : { status: "failed", error: "cancelled" },
        );
        expect(await effects("a")).to.equal(1 - to);
      });
    }

    it("is left alone while the node cannot tell", async () => {
      await withPipeline({ replaceAfterBlocks: 100 });
      await built("a");
      await pass(5);
      await settleByOthers("a");
      const chain = fixture.pipeline.lanes[0]?.chain;
      const request = chain?.client.request;
      if (chain === undefined || request === undefined) throw new Error("no chain");
      const failing = (asked: { method: string }) =>
        asked.method === "eth_simulateV1" ? Promise.reject(new Error("out of memory")) : request(asked as never);
      Object.assign(chain.client, { request: failing });
      await pass(2);
      Object.assign(chain.client, { request });
      expect(await purposes()).to.deep.equal(["first"]);
    });
  });

  describe("and whose nonces the database has lost", () => {
    it("is unblocked: a nonce that is missing below it is filled with a transfer of nothing", async () => {
      await built("a", "b", "c");
      await fixture.chain.client.request({ method: "anvil_dropAllTransactions" } as never);
      const lost = fixture.db.selectFrom("keystone.chain_transaction").select("id").where("nonce", "=", 1n);
      await fixture.db.deleteFrom("keystone.transaction_attempt").where("transaction_id", "in", lost).execute();
      await fixture.db.deleteFrom("keystone.chain_transaction").where("nonce", "=", 1n).execute();
      await mine();
      expect(await submit(fixture.pipeline, fixture.entry("b"))).to.deep.include({ status: "held" });
      await mine();
      expect((await fixture.rows()).map((row) => [row.nonce, row.kind, row.status])).to.deep.equal([
        [0n, "manual", "pending"],
        [1n, "noop", "pending"],
        [2n, "manual", "pending"],
      ]);
      expect(await submit(fixture.pipeline, fixture.entry("b"))).to.have.property("status", "stored");
    });

    it("is not made twice: nothing is built while a pool has what the database has not, and after a while the nonce is taken from it", async () => {
      await built("a");
      await fixture.db.deleteFrom("keystone.transaction_attempt").execute();
      await fixture.db.deleteFrom("keystone.chain_transaction").execute();
      await step(fixture.pipeline);
      expect(await submit(fixture.pipeline, fixture.entry("a"))).to.deep.include({ status: "held" });
      const { maxFeePerGas = 0n } = await pooled();
      // What is lost cannot be sent again: blocks pass without it.
      for (let block = 0; block < 3; block++) await mineWithout();
      expect((await fixture.rows()).map(({ kind, nonce }) => [kind, nonce])).to.deep.equal([["noop", 0n]]);
      expect(await submit(fixture.pipeline, fixture.entry("a"))).to.deep.include({ status: "held" });
      const outbid = async () => ((await pooled()).maxFeePerGas ?? 0n) > maxFeePerGas;
      for (let block = 0; block < 10 && !(await outbid()); block++) await mineWithout();
      expect(await outbid(), "it offers more than what is there").to.equal(true);
      await mine();
      expect(await submit(fixture.pipeline, fixture.entry("a"))).to.have.property("status", "stored");
      await step(fixture.pipeline);
      await mine();
      expect(await effects("a")).to.equal(1);
      expect((await fixture.rows()).map(({ kind, nonce }) => [kind, nonce])).to.deep.equal([
        ["noop", 0n],
        ["manual", 1n],
      ]);
    });

    const pooled = async () => {
      const [only] = await poolOf(fixture.chain, account.address);
      if (only === undefined) throw new Error("the pool is empty");
      return fixture.chain.client.getTransaction({ hash: only.hash });
    };
    /** A block without what is in the pool, which is there again afterwards. */
    const mineWithout = async () => {
      const { hash } = await pooled();
      const raw = await fixture.chain.client.request({
        method: "eth_getRawTransactionByHash",
        params: [hash],
      } as never);
      await fixture.chain.client.dropTransaction({ hash });
      await fixture.chain.mine();
      await fixture.chain.client.sendRawTransaction({ serializedTransaction: raw as never });
      await step(fixture.pipeline);
    };
  });
});
