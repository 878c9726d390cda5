import { expect } from "chai";
import { storeSigned } from "../../src/pipeline/store-signed.ts";
import { submit } from "../../src/pipeline/submit.ts";
import { track } from "../../src/pipeline/track.ts";
import { account } from "../support/chain.ts";
import { FEES } from "../support/fees.ts";
import { COUNTER, type Fixture, pipelineFixture, pipelineOn } from "../support/pipeline.ts";

describe("track", function () {
  this.timeout(30_000);
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await pipelineFixture();
  });
  afterEach(() => fixture.stop());

  const statuses = async () => (await fixture.rows()).map((row) => row.status);

  it("follows a transaction to finality by the confirmations of its chain", async () => {
    const { pipeline, draft, chain } = fixture;
    await submit(pipeline, draft("a"));
    const seen: (string | undefined)[] = [];
    for (let block = 0; block < 6; block++) {
      await chain.mine();
      await track(pipeline, chain.chain);
      seen.push((await statuses())[0]);
    }
    expect(seen).to.deep.equal(["pending", "pending", "safe", "safe", "safe", "finalized"]);
    const [row] = await fixture.rows();
    expect(row).to.deep.include({ block_number: 1n, gas_used: "21000" });
  });

  it("broadcasts what was stored and never sent, as another process would find it", async () => {
    const { pipeline, draft, chain, db, counted } = fixture;
    const stored = await storeSigned(pipeline, chain.chain, draft("a"), 21_000n, FEES);
    await chain.mine();
    expect([await counted(), await statuses()]).to.deep.equal([0n, ["queued"]]);
    await track(pipelineOn(db, chain), chain.chain);
    expect(await statuses()).to.deep.equal(["submitted"]);
    await chain.mine();
    await track(pipelineOn(db, chain), chain.chain);
    const [row] = await fixture.rows();
    expect(row).to.deep.include({ hash: stored?.hash, status: "pending" });
    expect(await counted()).to.equal(1n);
  });

  it("broadcasts the same bytes again when the node has lost them", async () => {
    const { pipeline, draft, chain, counted } = fixture;
    await submit(pipeline, draft("a"));
    const [row] = await fixture.rows();
    await chain.client.dropTransaction({ hash: row?.hash ?? "0x" });
    await chain.mine();
    expect(await counted()).to.equal(0n);
    await track(pipeline, chain.chain);
    await chain.mine();
    await track(pipeline, chain.chain);
    expect((await fixture.rows())[0]).to.deep.include({ hash: row?.hash, status: "pending" });
    expect(await counted()).to.equal(1n);
  });

  for (const depth of [1, 2, 4]) {
    it(`takes back what a reorg of ${depth} blocks dropped and sends the same bytes, one effect after all`, async () => {
      const { pipeline, draft, chain, counted } = fixture;
      await submit(pipeline, draft("a"));
      await chain.mine();
      await submit(pipeline, draft("b"));
      await chain.mine(depth);
      await track(pipeline, chain.chain);
      const before = await fixture.rows();
      await chain.reorg(depth);
      await track(pipeline, chain.chain);
      const dropped = await fixture.rows();
      expect(dropped[1]).to.deep.include({ status: "submitted", block_number: null, block_hash: null, gas_used: null });
      await chain.mine();
      await track(pipeline, chain.chain);
      const after = await fixture.rows();
      expect(after.map((row) => row.hash)).to.deep.equal(before.map((row) => row.hash));
      expect(after[1]?.status).to.equal("pending");
      expect(after[1]?.block_number).to.equal(BigInt(depth + 2));
      expect(await counted()).to.equal(2n);
    });
  }

  it("follows a transaction into another block of the same height", async () => {
    const { pipeline, draft, chain } = fixture;
    await submit(pipeline, draft("a"));
    await chain.mine();
    await track(pipeline, chain.chain);
    const [before] = await fixture.rows();
    const parameters = [1, [[before?.raw, 0]]];
    await chain.client.request({ method: "anvil_reorg", params: parameters } as never);
    await track(pipeline, chain.chain);
    const [after] = await fixture.rows();
    expect(after).to.deep.include({ status: "pending", block_number: 1n });
    expect(after?.block_hash).to.not.equal(before?.block_hash);
  });

  it("gives up bytes whose nonce another transaction used, once that is final, and the effect gets a new nonce", async () => {
    const { pipeline, draft, chain, counted } = fixture;
    await storeSigned(pipeline, chain.chain, draft("a"), 21_000n, FEES);
    const foreign = await account.signTransaction({
      type: "eip1559",
      chainId: chain.chain.chainId,
      nonce: 0,
      to: account.address,
      gas: 21_000n,
      ...FEES,
    });
    await chain.client.sendRawTransaction({ serializedTransaction: foreign });
    await chain.mine(5);
    await track(pipeline, chain.chain);
    expect((await statuses())[0]).to.not.equal("failed");
    await chain.mine();
    await track(pipeline, chain.chain);
    expect((await fixture.rows())[0]).to.deep.include({ status: "failed", error: "nonce_taken" });
    expect(await submit(pipeline, draft("a"))).to.have.property("status", "sent");
    await chain.mine();
    expect((await fixture.rows())[1]?.nonce).to.equal(1n);
    expect(await counted()).to.equal(1n);
  });

  it("asks a node for no receipt while it shows the same head, and still sends what was never sent", async () => {
    const { pipeline, draft, chain, counted } = fixture;
    await submit(pipeline, draft("a"));
    await chain.mine();
    await track(pipeline, chain.chain);
    await storeSigned(pipeline, chain.chain, draft("b"), 21_000n, FEES);
    const asked = await methodsAskedBy(() => track(pipeline, chain.chain));
    expect(asked).to.deep.equal(["eth_getBlockByNumber", "eth_sendRawTransaction"]);
    await chain.mine();
    expect(await methodsAskedBy(() => track(pipeline, chain.chain))).to.include("eth_getTransactionReceipt");
    expect(await counted()).to.equal(2n);
  });

  it("starts above the nonces that the chain has seen of a key with an empty database", async () => {
    const { pipeline, draft, chain, rows } = fixture;
    for (const nonce of [0, 1]) {
      const raw = await account.signTransaction({
        type: "eip1559",
        chainId: chain.chain.chainId,
        nonce,
        to: COUNTER,
        gas: 21_000n,
        ...FEES,
      });
      await chain.client.sendRawTransaction({ serializedTransaction: raw });
    }
    await submit(pipeline, draft("a"));
    expect((await rows()).map((row) => row.nonce)).to.deep.equal([2n]);
  });
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
