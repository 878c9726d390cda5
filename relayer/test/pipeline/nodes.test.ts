import { expect } from "chai";
import { parseGwei } from "viem";
import { createLogger } from "../../src/log.ts";
import { submit } from "../../src/pipeline/submit.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { account, chainAt } from "../support/chain.ts";
import { A } from "../support/facts.ts";
import { type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts";
import { at, drop, rpcError } from "../support/faults.ts";
import { behind, dear, flippedReceipts, nonces, noReceipts, pruned, swallow } from "../support/lies.ts";
import {
  type Fixture,
  LEDGER,
  pipelineFixture,
  pipelineOn,
  revertingCode,
  step,
  takeOver,
} from "../support/pipeline.ts";

describe("transactions, seen through several nodes", function () {
  this.timeout(30_000);
  let fixture: Fixture;
  let proxies: FaultProxy[];
  let leader: Pipeline;
  before(async () => {
    fixture = await pipelineFixture();
  });
  beforeEach(async () => {
    await fixture.renew();
    leader = fixture.pipeline;
    proxies = await Promise.all([0, 1, 2].map(() => startFaultProxy(fixture.chain.url)));
  });
  afterEach(() => Promise.all(proxies.map((proxy) => proxy.stop())));
  after(() => fixture.stop());

  /** A process that has just started, and has the key of the one before. */
  const started = async (lines: string[] = []): Promise<Pipeline> => {
    const chain = chainAt(
      proxies.map(({ url }) => url),
      A,
    );
    const log = createLogger("info", { write: (line) => void lines.push(line) });
    const pipeline = pipelineOn(fixture.db, { ...fixture.chain, chain }, { log });
    await takeOver(leader, pipeline);
    leader = pipeline;
    return pipeline;
  };
  const statuses = async () => (await fixture.rows()).map((row) => row.status);
  const sent = async (pipeline: Pipeline) => {
    await submit(pipeline, fixture.draft("a"));
    await step(pipeline);
  };

  it("are followed past one that lies, and past one that is behind", async () => {
    const pipeline = await started();
    await sent(pipeline);
    for (const [lie, expected] of [
      [noReceipts, "pending"],
      [flippedReceipts, "pending"],
      [behind(2), "safe"],
      [drop, "safe"],
    ] as const) {
      proxies[1]?.behave(lie);
      await fixture.chain.mine();
      await step(pipeline);
      expect(await statuses()).to.deep.equal([expected]);
    }
    expect(await fixture.counted()).to.equal(1n);
  });

  it("stay as they are while the nodes disagree, and are looked at again though no block came", async () => {
    const lines: string[] = [];
    const pipeline = await started(lines);
    await sent(pipeline);
    for (const [blocks, expected] of [
      [1, "pending"],
      [2, "safe"],
    ] as const) {
      await fixture.chain.mine(blocks);
      proxies[0]?.behave(noReceipts);
      proxies[1]?.behave(flippedReceipts);
      const before = await fixture.rows();
      await step(pipeline);
      expect(await fixture.rows()).to.deep.equal(before);
      expect(lines.splice(0).join(""))
        .to.contain("receipts are unknown")
        .and.contain("fewer than 2 of 3 nodes agree on the receipt");
      proxies[1]?.behave(() => null);
      await step(pipeline);
      expect(await statuses()).to.deep.equal([expected]);
    }
  });

  it("are not given up while the nodes disagree about them, however deep their nonce is used", async () => {
    const pipeline = await started();
    await sent(pipeline);
    await fixture.chain.mine(8);
    const before = await fixture.rows();
    proxies[0]?.behave(noReceipts);
    proxies[1]?.behave(flippedReceipts);
    await step(pipeline);
    expect(await fixture.rows()).to.deep.equal(before);
    for (const proxy of proxies) proxy.behave(() => null);
    await step(pipeline);
    expect(await statuses()).to.deep.equal(["finalized"]);
  });

  it("are not taken back by nodes that have not seen their block", async () => {
    const pipeline = await started();
    await submit(pipeline, fixture.draft("a"));
    await submit(pipeline, fixture.draft("b", { to: LEDGER, data: `0x${"0b".repeat(32)}`, value: 0n }));
    await step(pipeline);
    await fixture.chain.client.setCode({ address: LEDGER, bytecode: revertingCode("0x12345678") });
    await fixture.chain.mine(2);
    await step(pipeline);
    const before = await fixture.rows();
    expect(before.map(({ status, block_number }) => [status, block_number])).to.deep.equal([
      ["pending", 1n],
      ["failed", 1n],
    ]);
    for (const proxy of proxies) proxy.behave(behind(2));
    await step(pipeline);
    expect(await fixture.rows(), "by the process that saw it").to.deep.equal(before);
    await step(await started());
    expect(await fixture.rows(), "by another").to.deep.equal(before);
  });

  it("are not given up because one node claims that their nonce is used", async () => {
    const pipeline = await started();
    await submit(pipeline, fixture.draft("a"));
    await fixture.chain.mine(8);
    proxies[2]?.behave(nonces(1n));
    await step(pipeline);
    expect(await statuses()).to.deep.equal(["submitted"]);
    expect(await fixture.chain.client.getTransactionCount({ address: account.address, blockTag: "pending" })).to.equal(
      1,
    );
  });

  it("reach the chain though one node swallows them and another one is gone", async () => {
    proxies[0]?.behave(swallow);
    proxies[1]?.behave(at(["eth_sendRawTransaction"], drop));
    const pipeline = await started();
    await sent(pipeline);
    await fixture.chain.mine();
    await step(pipeline);
    expect(await statuses()).to.deep.equal(["pending"]);
  });

  it("stay queued, with what each node said, while no node takes them", async () => {
    const lines: string[] = [];
    for (const proxy of proxies) proxy.behave(at(["eth_sendRawTransaction"], drop));
    await sent(await started(lines));
    expect(await statuses()).to.deep.equal(["queued"]);
    const told = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === "no node took a transaction");
    expect(told).to.include({ outcome: "unreachable" });
    expect(told.answers).to.have.length(3);
  });

  it("offer more once no node takes them so cheap, and not while one does", async () => {
    const pipeline = await started();
    const refuse = at(["eth_sendRawTransaction"], rpcError(-32000, "replacement transaction underpriced"));
    const purposes = async () => (await fixture.attempts()).map(({ purpose }) => purpose);
    for (const proxy of proxies.slice(1)) proxy.behave(refuse);
    await sent(pipeline);
    await fixture.chain.client.dropTransaction({ hash: (await fixture.rows())[0]?.hash ?? "0x" });
    await fixture.chain.mine();
    await step(pipeline);
    expect(await purposes()).to.deep.equal(["first"]);
    await fixture.chain.client.dropTransaction({ hash: (await fixture.rows())[0]?.hash ?? "0x" });
    proxies[0]?.behave(refuse);
    await step(pipeline);
    await fixture.chain.mine();
    await step(pipeline);
    expect(await purposes()).to.deep.equal(["first", "replacement"]);
  });

  it("offer what a quorum of the nodes finds the market to be, whatever one of them says", async () => {
    proxies[0]?.behave(dear);
    const pipeline = await started();
    await sent(pipeline);
    const [row] = await fixture.rows();
    const tip = await fixture.chain.client.estimateMaxPriorityFeePerGas();
    expect(row?.max_priority_fee_per_gas).to.equal(String(tip));
    expect(BigInt(row?.max_fee_per_gas ?? 0) < 10n * tip).to.equal(true);
    await fixture.chain.client.dropTransaction({ hash: row?.hash ?? "0x" });
    await fixture.chain.mine();
    await step(pipeline);
    expect(await fixture.attempts()).to.have.length(1);
  });

  it("offer no more because one node finds it too little while the others do not answer", async () => {
    const pipeline = await started();
    proxies[0]?.behave(at(["eth_sendRawTransaction"], rpcError(-32000, "replacement transaction underpriced")));
    for (const proxy of proxies.slice(1)) proxy.behave(at(["eth_sendRawTransaction"], drop));
    await sent(pipeline);
    await fixture.chain.mine();
    await step(pipeline);
    expect(await fixture.attempts()).to.have.length(1);
  });

  it("follow the market, and no more, when the nodes take nothing so cheap", async () => {
    const pipeline = await started();
    const refuse = at(["eth_sendRawTransaction"], rpcError(-32000, "max fee per gas less than block base fee"));
    for (const proxy of proxies) proxy.behave(refuse);
    await sent(pipeline);
    await fixture.chain.client.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei("50") });
    await fixture.chain.mine();
    await step(pipeline);
    const [, second] = await fixture.attempts();
    const tip = await fixture.chain.client.estimateMaxPriorityFeePerGas();
    expect(BigInt(second?.max_fee_per_gas ?? 0) > parseGwei("50")).to.equal(true);
    expect(BigInt(second?.max_priority_fee_per_gas ?? 0) <= 2n * tip).to.equal(true);
  });

  it("are mined and replaced though no node has the state of old blocks", async () => {
    for (const proxy of proxies) proxy.behave(pruned(4));
    const pipeline = await started();
    await fixture.chain.mine(5);
    await sent(pipeline);
    await fixture.chain.client.dropTransaction({ hash: (await fixture.rows())[0]?.hash ?? "0x" });
    await fixture.chain.mine(2);
    await step(pipeline);
    expect(await fixture.attempts()).to.have.length(2);
    await fixture.chain.mine(6);
    await step(pipeline);
    expect(await statuses()).to.deep.equal(["finalized"]);
  });
});
