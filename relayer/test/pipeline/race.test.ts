import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "@keystoneos/store";
import { expect } from "chai";
import fc from "fast-check";
import { submit } from "../../src/pipeline/submit.ts";
import { track } from "../../src/pipeline/track.ts";
import { type Fixture, pipelineFixture, pipelineOn } from "../support/pipeline.ts";

describe("one key, several processes", function () {
  this.timeout(120_000);
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await pipelineFixture();
  });
  afterEach(() => fixture.stop());

  const expectEachOnce = async (count: number) => {
    const { chain, pipeline, rows, counted } = fixture;
    for (let round = 0; round < 3; round++) {
      await chain.mine();
      await track(pipeline, chain.chain);
    }
    const all = await rows();
    expect(all.map((row) => Number(row.nonce))).to.deep.equal(Array.from({ length: count }, (_, nonce) => nonce));
    expect(new Set(all.map((row) => row.subject)).size).to.equal(count);
    expect(all.every((row) => row.block_number !== null && row.status !== "failed")).to.equal(true);
    expect(await counted()).to.equal(BigInt(count));
  };

  it("racing for the same effects leave no double and no gap", async () => {
    const { chain, url, draft } = fixture;
    const stores = [connect({ databaseUrl: url }), connect({ databaseUrl: url })];
    const outcomes = await Promise.all(
      stores.flatMap((db) => {
        const pipeline = pipelineOn(db, chain);
        return Array.from({ length: 12 }, (_, index) => submit(pipeline, draft(String(index))));
      }),
    );
    expect(outcomes.filter((outcome) => outcome.status === "sent")).to.have.length(12);
    expect(outcomes.filter((outcome) => outcome.status === "taken")).to.have.length(12);
    await expectEachOnce(12);
    await Promise.all(stores.map((db) => db.destroy()));
  });

  it("killed at any moment and started again lose nothing and double nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 }), async (kills) => {
        await fixture.stop();
        fixture = await pipelineFixture();
        for (const rows of kills) await killAfter(startChild(fixture), fixture, rows % 20);
        const child = startChild(fixture);
        const [code] = await once(child, "exit");
        expect(code).to.equal(0);
        await expectEachOnce(20);
      }),
      { numRuns: 2 },
    );
  });
});

function startChild({ url, chain, settlement }: Fixture): ChildProcess {
  const script = new URL("../support/pipeline-child.ts", import.meta.url).pathname;
  const args = [script, url, chain.url, settlement.settlementId, settlement.intentId];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
}

/** kill -9 as soon as so many transactions are stored, wherever the process is by then. */
async function killAfter(child: ChildProcess, { db }: Fixture, rows: number): Promise<void> {
  const exited = once(child, "exit");
  await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), exited]);
  while (child.exitCode === null) {
    const { count } = await db
      .selectFrom("keystone.chain_transaction")
      .select((eb) => eb.fn.countAll<bigint>().as("count"))
      .executeTakeFirstOrThrow();
    if (count >= BigInt(rows)) break;
  }
  child.kill("SIGKILL");
  await exited;
}
