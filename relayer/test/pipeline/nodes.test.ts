import { expect } from "chai";
import { createLogger } from "../../src/log.ts";
import { storeSigned } from "../../src/pipeline/store-signed.ts";
import { submit } from "../../src/pipeline/submit.ts";
import { track } from "../../src/pipeline/track.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { account, chainAt } from "../support/chain.ts";
import { A } from "../support/facts.ts";
import { type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts";
import { at, drop } from "../support/faults.ts";
import { FEES } from "../support/fees.ts";
import { behind, flippedReceipts, nonces, noReceipts, swallow } from "../support/lies.ts";
import { type Fixture, pipelineFixture, pipelineOn } from "../support/pipeline.ts";

describe("transactions, seen through several nodes", function () {
  this.timeout(30_000);
  let fixture: Fixture;
  let proxies: FaultProxy[];
  beforeEach(async () => {
    fixture = await pipelineFixture();
    proxies = await Promise.all([0, 1, 2].map(() => startFaultProxy(fixture.chain.url)));
  });
  afterEach(async () => {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    await fixture.stop();
  });

  /** A process that has just started. */
  const started = (lines: string[] = []): Pipeline => {
    const chain = chainAt(
      proxies.map(({ url }) => url),
      A,
    );
    const log = createLogger("info", { write: (line) => void lines.push(line) });
    return { ...pipelineOn(fixture.db, { ...fixture.chain, chain }), log };
  };
  const trackIn = (pipeline: Pipeline) => {
    const chain = pipeline.chains.get(A);
    if (chain === undefined) throw new Error("no chain");
    return track(pipeline, chain);
  };
  const statuses = async () => (await fixture.rows()).map((row) => row.status);

  it("are followed past one that lies, and past one that is behind", async () => {
    const pipeline = started();
    await submit(pipeline, fixture.draft("a"));
    for (const [lie, expected] of [
      [noReceipts, "pending"],
      [flippedReceipts, "pending"],
      [behind(2), "safe"],
      [drop, "safe"],
    ] as const) {
      proxies[1]?.behave(lie);
      await fixture.chain.mine();
      await trackIn(pipeline);
      expect(await statuses()).to.deep.equal([expected]);
    }
    expect(await fixture.counted()).to.equal(1n);
  });

  it("stay as they are while the nodes disagree, and are looked at again though no block came", async () => {
    const lines: string[] = [];
    const pipeline = started(lines);
    await submit(pipeline, fixture.draft("a"));
    await fixture.chain.mine();
    proxies[0]?.behave(noReceipts);
    proxies[1]?.behave(flippedReceipts);
    const [before] = await fixture.rows();
    await trackIn(pipeline);
    expect(await fixture.rows()).to.deep.equal([before]);
    expect(lines.join(""))
      .to.contain("receipts are unknown")
      .and.contain("fewer than 2 of 3 nodes agree on the receipt");
    proxies[1]?.behave(() => null);
    await trackIn(pipeline);
    expect(await statuses()).to.deep.equal(["pending"]);
  });

  it("are not taken back by nodes that have not seen their block", async () => {
    const pipeline = started();
    await submit(pipeline, fixture.draft("a"));
    await fixture.chain.mine(2);
    await trackIn(pipeline);
    const [before] = await fixture.rows();
    expect(before?.block_number).to.equal(1n);
    for (const proxy of proxies) proxy.behave(behind(2));
    await trackIn(started());
    expect(await fixture.rows()).to.deep.equal([before]);
  });

  it("are not given up because one node claims that their nonce is used", async () => {
    const pipeline = started();
    const chain = pipeline.chains.get(A);
    if (chain === undefined) throw new Error("no chain");
    await storeSigned(pipeline, chain, fixture.draft("a"), 21_000n, FEES);
    await fixture.chain.mine(8);
    proxies[2]?.behave(nonces(1n));
    await trackIn(pipeline);
    expect(await statuses()).to.deep.equal(["submitted"]);
    expect(await fixture.chain.client.getTransactionCount({ address: account.address, blockTag: "pending" })).to.equal(
      1,
    );
  });

  it("reach the chain though one node swallows them and another one is gone", async () => {
    proxies[0]?.behave(swallow);
    proxies[1]?.behave(at(["eth_sendRawTransaction"], drop));
    const pipeline = started();
    await submit(pipeline, fixture.draft("a"));
    await fixture.chain.mine();
    await trackIn(pipeline);
    expect(await statuses()).to.deep.equal(["pending"]);
  });

  it("stay queued, with what each node said, while no node takes them", async () => {
    const lines: string[] = [];
    for (const proxy of proxies) proxy.behave(at(["eth_sendRawTransaction"], drop));
    await submit(started(lines), fixture.draft("a"));
    expect(await statuses()).to.deep.equal(["queued"]);
    const told = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === "no node took a transaction");
    expect(told).to.include({ outcome: "unreachable" });
    expect(told.answers).to.have.length(3);
  });
});
