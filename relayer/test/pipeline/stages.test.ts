import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { toFunctionSelector } from "viem";
import { lanesOf } from "../../src/pipeline/lane.ts";
import { Stages } from "../../src/pipeline/stages.ts";
import { submit } from "../../src/pipeline/submit.ts";
import { account, chainAt } from "../support/chain.ts";
import { A, B } from "../support/facts.ts";
import { FEES } from "../support/fees.ts";
import {
  COUNTER,
  type Fixture,
  pipelineFixture,
  pipelineOn,
  revertingCode,
  step,
  takeOver,
} from "../support/pipeline.ts";

describe("inclusion and finality", function () {
  this.timeout(30_000);
  let fixture: Fixture;
  before(async () => {
    fixture = await pipelineFixture();
  });
  beforeEach(() => fixture.renew());
  after(() => fixture.stop());

  const statuses = async () => (await fixture.rows()).map((row) => row.status);
  const sent = async (...subjects: string[]) => {
    for (const subject of subjects) await submit(fixture.pipeline, fixture.draft(subject));
    await step(fixture.pipeline);
  };
  const mined = async (blocks = 1) => {
    await fixture.chain.mine(blocks);
    await step(fixture.pipeline);
  };

  it("follow a transaction to finality by the confirmations of its chain, and tell what it cost", async () => {
    await sent("a");
    const seen: (string | undefined)[] = await statuses();
    for (let block = 0; block < 6; block++) {
      await mined();
      seen.push((await statuses())[0]);
    }
    expect(seen).to.deep.equal(["submitted", "pending", "pending", "safe", "safe", "safe", "finalized"]);
    const [row] = await fixture.rows();
    expect(row).to.deep.include({ block_number: 1n, gas_used: "21000" });
    const receipt = await fixture.chain.client.getTransactionReceipt({ hash: row?.hash ?? "0x" });
    expect(row?.gas_cost).to.equal(String(21_000n * receipt.effectiveGasPrice));
  });

  it("send what was stored and never broadcast, as the process finds it that takes over the key", async () => {
    const { pipeline, draft, chain, db, counted } = fixture;
    await submit(pipeline, draft("a"));
    await chain.mine();
    expect([await counted(), await statuses()]).to.deep.equal([0n, ["queued"]]);
    const successor = pipelineOn(db, chain);
    await step(successor);
    expect(await statuses(), "it has no lease yet").to.deep.equal(["queued"]);
    await takeOver(pipeline, successor);
    await step(successor);
    expect(await statuses()).to.deep.equal(["submitted"]);
    await chain.mine();
    await step(successor);
    expect(await statuses()).to.deep.equal(["pending"]);
    expect(await counted()).to.equal(1n);
  });

  it("send the same bytes again when the node has lost them", async () => {
    await sent("a");
    const [row] = await fixture.rows();
    await fixture.chain.client.dropTransaction({ hash: row?.hash ?? "0x" });
    await mined();
    expect(await fixture.counted()).to.equal(0n);
    await mined();
    expect((await fixture.rows())[0]).to.deep.include({ hash: row?.hash, status: "pending" });
    expect(await fixture.counted()).to.equal(1n);
  });

  for (const depth of [1, 2, 4]) {
    it(`take back what a reorg of ${depth} blocks dropped and send the same bytes, one effect after all`, async () => {
      const { chain, counted, rows } = fixture;
      await sent("a");
      await mined();
      await sent("b");
      await mined(depth);
      const before = await rows();
      await chain.reorg(depth);
      await step(fixture.pipeline);
      const [, dropped] = await rows();
      expect(dropped).to.deep.include({ status: "submitted", block_number: null, block_hash: null, gas_used: null });
      await mined();
      const after = await rows();
      expect(after.map((row) => row.hash)).to.deep.equal(before.map((row) => row.hash));
      expect(after[1]?.status).to.equal("pending");
      expect(after[1]?.block_number).to.equal(BigInt(depth + 2));
      expect(await counted()).to.equal(2n);
    });
  }

  it("take back even what was final, when the chain has forgotten it", async () => {
    await sent("a");
    await mined(6);
    expect(await statuses()).to.deep.equal(["finalized"]);
    await fixture.chain.reorg(6);
    await step(fixture.pipeline);
    expect(await statuses()).to.deep.equal(["submitted"]);
    await mined();
    expect(await fixture.counted()).to.equal(1n);
  });

  it("follow a transaction into another block of the same height", async () => {
    await sent("a");
    await mined();
    const [before] = await fixture.rows();
    await fixture.chain.client.request({ method: "anvil_reorg", params: [1, [[before?.raw, 0]]] } as never);
    await step(fixture.pipeline);
    const [after] = await fixture.rows();
    expect(after).to.deep.include({ status: "pending", block_number: 1n });
    expect(after?.block_hash).to.not.equal(before?.block_hash);
  });

  it("give up bytes whose nonce another transaction used, once that is final, and the effect gets a new nonce", async () => {
    const { pipeline, draft, chain, counted, rows } = fixture;
    await submit(pipeline, draft("a"));
    await chain.client.sendRawTransaction({ serializedTransaction: await foreign(0) });
    await mined(5);
    expect((await statuses())[0]).to.not.equal("failed");
    await mined();
    expect((await rows())[0]).to.deep.include({ status: "failed", error: "nonce_taken" });
    expect(await submit(pipeline, draft("a"))).to.have.property("status", "stored");
    await step(pipeline);
    await mined();
    expect((await rows())[1]?.nonce).to.equal(1n);
    expect(await counted()).to.equal(1n);
  });

  it("use up the nonce of what had reverted when a reorg opens it, while the effect is another transaction's", async () => {
    const { pipeline, draft, chain, counted, rows, attempts } = fixture;
    await sent("a");
    const code = revertingCode(toFunctionSelector("KeystoneEscrow_PathNotOpen()"));
    await chain.client.setCode({ address: COUNTER, bytecode: code });
    await mined();
    await chain.client.setCode({ address: COUNTER, bytecode: "0x" });
    await submit(pipeline, draft("a"));
    await step(pipeline);
    await mined();
    expect(await statuses()).to.deep.equal(["failed", "pending"]);
    await chain.reorg(2);
    await step(pipeline);
    // The setting of the code went with the blocks.
    await chain.client.setCode({ address: COUNTER, bytecode: "0x" });
    await step(pipeline);
    await mined();
    await mined(6);
    expect((await rows()).map((row) => [row.subject, row.status, row.nonce])).to.deep.equal([
      ["a", "failed", 0n],
      ["a", "finalized", 1n],
    ]);
    expect((await attempts()).map(({ purpose }) => purpose)).to.deep.equal(["first", "cancellation", "first"]);
    expect(await counted()).to.equal(1n);
  });

  it("ask a node for nothing but its head while that is the same, and still send what was never sent", async () => {
    const { pipeline, draft, chain, counted } = fixture;
    await sent("a");
    await mined();
    await submit(pipeline, draft("b"));
    const asked = await methodsAskedBy(() => step(pipeline));
    expect(asked).to.deep.equal(["eth_getBlockByNumber", "eth_sendRawTransaction", "eth_getBlockByNumber"]);
    await chain.mine();
    expect(await methodsAskedBy(() => step(pipeline))).to.include("eth_getTransactionReceipt");
    expect(await counted()).to.equal(2n);
  });

  it("have a chain whose node takes calls and never answers hold up nothing but itself", async () => {
    const { pipeline, chain, db, draft, rows } = fixture;
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const dead = chainAt(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`, B);
    const both = pipelineOn(db, chain);
    const chains = new Map([
      [B, dead],
      [A, chain.chain],
    ]);
    const lanes = lanesOf(chains.values(), { gas: [account], operator: null }, A);
    await takeOver(pipeline, { ...both, chains, lanes });
    const stages = new Stages({ ...both, chains, lanes }, 20);
    stages.start();
    void submit({ ...both, chains, lanes }, draft("b", { chainId: B }));
    await submit({ ...both, chains, lanes }, draft("a"));
    while ((await rows())[0]?.status !== "finalized") await chain.mine();
    silent.closeAllConnections();
    silent.close();
    await stages.stop();
    expect((await rows()).map((row) => [row.chain_id, row.subject])).to.deep.equal([[BigInt(A), "a"]]);
  });

  it("find what a version before attempts has stored", async () => {
    const { pipeline, draft, db, chain, counted } = fixture;
    await submit(pipeline, draft("a"));
    await db.deleteFrom("keystone.transaction_attempt").execute();
    await step(pipeline);
    for (let block = 0; block < 7; block++) await mined();
    expect(await statuses()).to.deep.equal(["finalized"]);
    expect(await counted()).to.equal(1n);
    expect(await chain.client.getTransactionCount({ address: account.address })).to.equal(1);
  });

  it("find what a version before attempts has stored, by its first bytes too when it has got others", async () => {
    const { pipeline, draft, db, chain, rows, counted } = fixture;
    await submit(pipeline, draft("a"));
    await db.deleteFrom("keystone.transaction_attempt").execute();
    const [old] = await rows();
    await chain.client.setNextBlockBaseFeePerGas({ baseFeePerGas: FEES.maxPriorityFeePerGas });
    const drop = () => chain.client.request({ method: "anvil_dropAllTransactions" } as never);
    for (let block = 0; block < 3; block++) await drop().then(() => mined());
    expect((await rows())[0]?.hash).to.not.equal(old?.hash);
    await drop();
    await chain.client.sendRawTransaction({ serializedTransaction: old?.raw ?? "0x" });
    for (let block = 0; block < 7; block++) await mined();
    expect((await rows())[0]).to.deep.include({ status: "finalized", hash: old?.hash });
    expect(await submit(pipeline, draft("a"))).to.deep.equal({ status: "taken" });
    expect(await counted()).to.equal(1n);
  });

  function foreign(nonce: number) {
    return account.signTransaction({ type: "eip1559", chainId: A, nonce, to: account.address, gas: 21_000n, ...FEES });
  }
});

/** The JSON-RPC methods that went over the wire meanwhile. */
async function methodsAskedBy(work: () => Promise<void>): Promise<string[]> {
  const { fetch } = globalThis;
  const asked: string[] = [];
  globalThis.fetch = (input, init) => {
    const request = input instanceof Request ? input.clone().json() : Promise.resolve(JSON.parse(String(init?.body)));
    void request.then((body: { method: string }) => asked.push(body.method));
    return fetch(input, init);
  };
  try {
    await work();
  } finally {
    globalThis.fetch = fetch;
  }
  return asked;
}
