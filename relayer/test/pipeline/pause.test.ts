import { pauseChain, resumeChain, transaction } from "@keystoneos/store";
import { createRegistry } from "@keystoneos/telemetry";
import { expect } from "chai";
import { pipelineWarnings, registerPipeline } from "../../src/pipeline/metrics.ts";
import { submit } from "../../src/pipeline/submit.ts";
import { account, poolOf } from "../support/chain.ts";
import { A } from "../support/facts.ts";
import { type Fixture, pipelineFixture, pipelineOn, step, takeOver } from "../support/pipeline.ts";

describe("a chain that is paused", function () {
  this.timeout(60_000);
  let fixture: Fixture;
  before(async () => {
    fixture = await pipelineFixture();
  });
  beforeEach(async () => {
    await fixture.renew();
    await resume();
  });
  after(() => fixture.stop());

  const pause = () =>
    transaction(fixture.db, (trx) => pauseChain(trx, { chainId: A, reason: "The node lies", by: "anna" }));
  const resume = () => transaction(fixture.db, (trx) => resumeChain(trx, A));
  const mine = async (blocks: number) => {
    for (let block = 0; block < blocks; block++) {
      await fixture.chain.mine();
      await step(fixture.pipeline);
    }
  };

  it("takes nothing new, in any process, and says so, until it is resumed", async () => {
    const { pipeline, db, chain, draft, rows } = fixture;
    expect(await pause()).to.equal(true);
    expect(await pause(), "a second time").to.equal(false);
    expect(await submit(pipeline, draft("a"))).to.deep.equal({ status: "paused" });
    const other = pipelineOn(db, chain);
    await takeOver(pipeline, other);
    expect(await submit(other, draft("a"))).to.deep.equal({ status: "paused" });
    expect(await rows()).to.deep.equal([]);
    const [warning] = await pipelineWarnings(other);
    expect(warning).to.match(new RegExp(`^chain ${A}: paused by anna since .*Z, nothing is built: The node lies$`));
    const registry = createRegistry();
    registerPipeline(registry, other);
    const shown = async () => /^keystone_chain_paused\{chain_id="11155111"\} (\d)$/m.exec(await registry.text())?.[1];
    expect(await shown()).to.equal("1");

    expect(await resume()).to.equal(true);
    expect(await resume(), "a second time").to.equal(false);
    expect(await shown()).to.equal("0");
    expect(await pipelineWarnings(other)).to.deep.equal([]);
    expect(await submit(other, draft("a"))).to.have.property("status", "stored");
  });

  it("goes on with what is stored: it is broadcast, mined and followed", async () => {
    const { pipeline, chain, draft, rows } = fixture;
    await submit(pipeline, draft("a"));
    await pause();
    await step(pipeline);
    expect(await poolOf(chain, account.address)).to.have.length(1);
    await mine(6);
    expect((await rows()).map(({ status }) => status)).to.deep.equal(["finalized"]);
  });

  it("replaces and cancels nothing, and fills no nonce, however long it takes", async () => {
    const { pipeline, chain, draft, attempts, rows, db } = fixture;
    for (const subject of ["a", "b", "c"]) await submit(pipeline, draft(subject));
    await db
      .deleteFrom("keystone.transaction_attempt")
      .where("ordinal", "=", 1)
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom("keystone.chain_transaction as t")
            .select("t.id")
            .whereRef("t.id", "=", "keystone.transaction_attempt.transaction_id")
            .where("t.nonce", "=", 1n),
        ),
      )
      .execute();
    await db.deleteFrom("keystone.chain_transaction").where("nonce", "=", 1n).execute();
    await chain.client.setNextBlockBaseFeePerGas({ baseFeePerGas: 50n * 10n ** 9n });
    await pause();
    // Each block is full of others', as far as this key sees: its fees are below the base fee.
    for (let block = 0; block < 8; block++) {
      await chain.client.setNextBlockBaseFeePerGas({ baseFeePerGas: 50n * 10n ** 9n });
      await mine(1);
    }
    expect((await attempts()).map(({ purpose }) => purpose)).to.deep.equal(["first", "first"]);
    expect((await rows()).map(({ nonce }) => nonce)).to.deep.equal([0n, 2n]);
    await resume();
    await chain.client.setNextBlockBaseFeePerGas({ baseFeePerGas: 50n * 10n ** 9n });
    await mine(1);
    expect((await attempts()).some(({ purpose }) => purpose === "replacement")).to.equal(true);
    expect((await rows()).map(({ nonce }) => nonce)).to.deep.equal([0n, 1n, 2n]);
  });

  it("has nothing stored after the pause is committed, whoever was about to", async () => {
    const { pipeline, draft, rows } = fixture;
    for (let round = 0; round < 5; round++) {
      const calls = Array.from({ length: 8 }, (_, index) => submit(pipeline, draft(`${round}-${index}`)));
      if (round > 0) await calls[round - 1];
      await pause();
      const stored = (await rows()).length;
      const outcomes = (await Promise.all(calls)).map(({ status }) => status);
      expect((await rows()).length, "stored after the pause").to.equal(stored);
      expect(
        outcomes.every((outcome) => ["stored", "paused", "busy"].includes(outcome)),
        outcomes.join(),
      ).to.equal(true);
      await resume();
      await step(pipeline);
      await mine(1);
    }
  });
});
