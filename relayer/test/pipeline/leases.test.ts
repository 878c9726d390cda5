import { connect } from "@keystoneos/store";
import { expect } from "chai";
import { sql } from "kysely";
import { localAccount } from "../../../devnet/src/keys.ts";
import { fenced, LeaseLostError } from "../../src/pipeline/fence.ts";
import { finalize } from "../../src/pipeline/finality.ts";
import { include } from "../../src/pipeline/inclusion.ts";
import type { Lane } from "../../src/pipeline/lane.ts";
import { releaseLeases, renewLeases } from "../../src/pipeline/leases.ts";
import { Stages } from "../../src/pipeline/stages.ts";
import { submit } from "../../src/pipeline/submit.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { account } from "../support/chain.ts";
import {
  expire,
  type Fixture,
  type ProcessOptions,
  pipelineFixture,
  pipelineOn,
  step,
  takeOver,
} from "../support/pipeline.ts";

const GAS = [account, localAccount(10), localAccount(11), localAccount(12)];

describe("the lease of a key", function () {
  this.timeout(30_000);
  let fixture: Fixture;
  before(async () => {
    fixture = await pipelineFixture();
  });
  beforeEach(async () => {
    await fixture.renew();
    await releaseLeases(fixture.pipeline);
    await fixture.db.deleteFrom("keystone.signer_lease").execute();
  });
  after(() => fixture.stop());

  const process = (options: ProcessOptions = {}) => pipelineOn(fixture.db, fixture.chain, { gas: GAS, ...options });
  const held = ({ lanes }: Pipeline) => lanes.filter(({ fence }) => fence !== null).map(({ address }) => address);
  const laneOf = (pipeline: Pipeline) => pipeline.lanes[0] as Lane;
  const renewAll = async (pipelines: Pipeline[], rounds = 3) => {
    for (let round = 0; round < rounds; round++) for (const pipeline of pipelines) await renewLeases(pipeline);
  };
  const leases = () => fixture.db.selectFrom("keystone.signer_lease").selectAll().orderBy("signer").execute();

  it("is one process's at a time, with a fence that rises with each", async () => {
    const processes = Array.from({ length: 5 }, () => process({ gas: [account] }));
    await Promise.all(processes.map((one) => renewLeases(one)));
    expect(processes.flatMap(held)).to.have.length(1);
    const fences = [(await leases())[0]?.fence];
    for (let round = 0; round < 3; round++) {
      const holder = processes.find((one) => held(one).length > 0) as Pipeline;
      await releaseLeases(holder);
      await Promise.all(processes.filter((one) => one !== holder).map((one) => renewLeases(one)));
      expect(processes.flatMap(held)).to.have.length(1);
      fences.push((await leases())[0]?.fence);
    }
    expect(fences).to.deep.equal([1n, 2n, 3n, 4n]);
  });

  it("is spread evenly over those that live, and taken over from those that do not", async () => {
    const processes = [process(), process(), process()];
    const [first, second, third] = processes as [Pipeline, Pipeline, Pipeline];
    await renewLeases(first);
    expect(held(first)).to.have.length(4);
    await renewAll(processes);
    expect(processes.map((one) => held(one).length).sort()).to.deep.equal([1, 1, 2]);
    await expire(first);
    await renewAll([second, third]);
    expect([held(second).length, held(third).length]).to.deep.equal([2, 2]);
    await releaseLeases(second);
    await renewAll([third], 1);
    expect(held(third)).to.have.length(4);
  });

  it("is nobody's for no longer than a round, however many start at once", async () => {
    const processes = Array.from({ length: 3 }, () => process());
    await Promise.all(processes.map((one) => renewLeases(one)));
    const now = await fixture.db.selectFrom("keystone.signer_lease").select("holder").execute();
    expect(now.filter(({ holder }) => holder !== null)).to.have.length(GAS.length);
  });

  it("is left to those that have the key by those that have others", async () => {
    const operator = localAccount("operator");
    const [with_, without] = [process({ gas: GAS.slice(0, 2), operator }), process({ gas: GAS.slice(0, 2) })];
    await renewAll([without, with_]);
    expect(held(with_)).to.include(operator.address.toLowerCase());
    expect([held(with_).length, held(without).length].sort()).to.deep.equal([1, 2]);
  });

  it("stays where it is while it is renewed, however late, if nobody else has taken it", async () => {
    const [one, other] = [process({ gas: [account] }), process({ gas: [account] })];
    await renewLeases(one);
    await renewAll([one, other]);
    expect([held(one).length, held(other).length]).to.deep.equal([1, 0]);
    await expire(one);
    await renewLeases(one);
    expect(held(one)).to.have.length(1);
    expect((await leases())[0]?.fence).to.equal(1n);
  });

  it("is by the database's clock alone, whatever a process takes the time to be", async () => {
    const [one, other] = [process({ gas: [account] }), process({ gas: [account] })];
    const { now } = Date;
    try {
      Date.now = () => now() - 86_400_000;
      await renewLeases(one);
      Date.now = () => now() + 86_400_000;
      await renewAll([other]);
      expect([held(one).length, held(other).length]).to.deep.equal([1, 0]);
      await expire(one);
      await renewLeases(other);
      expect(held(other)).to.have.length(1);
      Date.now = () => now() + 2 * 86_400_000;
      await renewLeases(one);
      expect(held(one)).to.have.length(0);
    } finally {
      Date.now = now;
    }
  });

  it("keeps every write of a process that slept from the database, once another has taken over", async () => {
    const [sleeper, successor] = [process({ gas: [account] }), process({ gas: [account] })];
    await renewLeases(sleeper);
    await submit(sleeper, fixture.draft("a"));
    const fence = laneOf(sleeper).fence;
    await takeOver(sleeper, successor);
    const before = await fixture.rows();
    // It wakes and knows of nothing, before each of its steps.
    const steps: (() => Promise<unknown>)[] = [
      () => submit(sleeper, fixture.draft("b")),
      () => include(sleeper, laneOf(sleeper)).catch(expectLost),
      () => fixture.chain.mine().then(() => finalize(sleeper, laneOf(sleeper)).catch(expectLost)),
      () => include(sleeper, laneOf(sleeper)).catch(expectLost),
    ];
    for (const one of steps) {
      laneOf(sleeper).fence = fence;
      await one();
      expect(await fixture.rows()).to.deep.equal(before);
    }
    // What it broadcast were the stored bytes, which the successor follows.
    await step(successor);
    expect((await fixture.rows())[0]?.status).to.equal("pending");
    expect(await fixture.counted()).to.equal(1n);
  });

  it("cannot be taken over in the middle of a write", async () => {
    const [holder, other] = [process({ gas: [account] }), process({ gas: [account] })];
    await renewLeases(holder);
    const order: string[] = [];
    let taking: Promise<void> | undefined;
    await fenced(holder, laneOf(holder), async (trx) => {
      // It ends while the transaction is under way: the row is locked, so even its end has to wait.
      taking = takeOver(holder, other).then(() => void order.push("taken"));
      while (!(await isWaiting())) await new Promise((resolve) => setImmediate(resolve));
      await trx.selectFrom("keystone.signer_lease").select("fence").execute();
      order.push("written");
    });
    await taking;
    expect(order).to.deep.equal(["written", "taken"]);
    expect(held(other)).to.have.length(1);
  });

  it("is not waited for while its last holder is in the middle of a write: what a process has comes first", async () => {
    const [stopped, other] = [process({ gas: [account] }), process()];
    await renewLeases(stopped);
    await expire(stopped);
    await fixture.db.transaction().execute(async (trx) => {
      const lease = trx.selectFrom("keystone.signer_lease").select("fence");
      await lease.where("holder", "=", stopped.holder).forShare().executeTakeFirstOrThrow();
      await renewLeases(other);
      expect(held(other)).to.have.length(GAS.length - 1);
    });
    await renewLeases(other);
    expect(held(other)).to.have.length(GAS.length);
  });

  it("is free when its holder stops in the middle of a write, which comes to nothing", async () => {
    const db = connect({ databaseUrl: fixture.url, idleTransactionMs: 1000 });
    const [stopped, other] = [pipelineOn(db, fixture.chain, { gas: [account] }), process({ gas: [account] })];
    await renewLeases(stopped);
    const begun = Promise.withResolvers<void>();
    const waking = Promise.withResolvers<void>();
    const failure = fenced(stopped, laneOf(stopped), async (trx) => {
      begun.resolve();
      await waking.promise;
      await trx.deleteFrom("keystone.refused_call").execute();
    }).then(
      () => null,
      (error: unknown) => error,
    );
    await begun.promise;
    await takeOver({ ...stopped, db: fixture.db }, other);
    expect(held(other)).to.have.length(1);
    waking.resolve();
    expect(await failure).to.be.instanceOf(Error);
    await db.destroy();
  });

  it("is given back when a process stops, so that the next need not wait", async () => {
    const one = process({ gas: [account] });
    const stages = new Stages(one, 50);
    stages.start();
    while (held(one).length === 0) await new Promise((resolve) => setImmediate(resolve));
    await submit(one, fixture.draft("a"));
    while ((await fixture.rows())[0]?.status !== "submitted") await new Promise((resolve) => setImmediate(resolve));
    await stages.stop();
    expect(held(one)).to.deep.equal([]);
    const next = process({ gas: [account] });
    await renewLeases(next);
    expect(held(next)).to.have.length(1);
    expect(await fixture.db.selectFrom("keystone.signer_candidate").select("holder").execute()).to.deep.equal([
      { holder: next.holder },
    ]);
  });

  const isWaiting = async () => {
    const { rows } = await sql`SELECT 1 FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND datname = current_database()`.execute(fixture.db);
    return rows.length > 0;
  };

  function expectLost(error: unknown): void {
    expect(error).to.be.instanceOf(LeaseLostError);
  }
});
