import { expect } from "chai";
import fc from "fast-check";
import { sql } from "kysely";
import { parseGwei } from "viem";
import { localAccount } from "../../../devnet/src/keys.ts";
import { renewLeases } from "../../src/pipeline/leases.ts";
import { submit } from "../../src/pipeline/submit.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { account, poolOf } from "../support/chain.ts";
import { type Fate, mortal } from "../support/mortal.ts";
import { type Fixture, keyOf, LEDGER, pipelineFixture, step } from "../support/pipeline.ts";

const GAS = [account, localAccount(10)];
const TABLES = ["chain_transaction", "transaction_attempt", "signer_lease", "refused_call"];

/** What should come of it: these effects, each once. */
interface Model {
  wanted: Set<string>;
}

/** The world: one process at a time, a chain that does what chains do, a database that is restored from a backup. */
class World {
  readonly fixture: Fixture;
  readonly fate: Fate = { left: null, swallows: false };
  process: Pipeline;
  /** No-ops that were signed, by anybody. */
  noops = 0;
  restored = false;

  constructor(fixture: Fixture) {
    this.fixture = fixture;
    this.process = this.#born();
  }

  #born(): Pipeline {
    return mortal(this.fixture, this.fate, GAS, ({ purpose }) => {
      if (purpose !== "replacement") this.noops++;
    });
  }

  /** Does it as the process that lives; where that dies, another takes over and knows nothing. */
  async live(work: (process: Pipeline) => Promise<unknown>): Promise<void> {
    try {
      await work(this.process);
    } catch (error) {
      if (this.fate.left !== 0) throw error;
    }
    if (this.fate.left === 0) await this.succeed();
  }

  async succeed(): Promise<void> {
    this.fate.left = null;
    await sql`UPDATE keystone.signer_lease SET expires_at = '-infinity'`.execute(this.fixture.db);
    await sql`TRUNCATE keystone.signer_candidate`.execute(this.fixture.db);
    this.process = this.#born();
    await renewLeases(this.process);
  }

  async backUp(): Promise<void> {
    await sql`CREATE SCHEMA IF NOT EXISTS backup`.execute(this.fixture.db);
    for (const table of TABLES) {
      await sql.raw(`DROP TABLE IF EXISTS backup.${table}`).execute(this.fixture.db);
      await sql.raw(`CREATE TABLE backup.${table} AS TABLE keystone.${table}`).execute(this.fixture.db);
    }
  }

  async restore(): Promise<void> {
    const { db } = this.fixture;
    await sql.raw(`TRUNCATE ${TABLES.map((table) => `keystone.${table}`).join(", ")}`).execute(db);
    for (const table of TABLES) await sql.raw(`INSERT INTO keystone.${table} TABLE backup.${table}`).execute(db);
    this.restored = true;
    await this.succeed();
  }
}

type Command = fc.AsyncCommand<Model, World>;

function command(name: string, run: (model: Model, world: World) => Promise<unknown>): Command {
  return {
    check: () => true,
    run: async (model, world) => void (await run(model, world)),
    toString: () => name,
  };
}

const subjects = fc.constantFrom("a", "b", "c", "d", "e", "f");
const look = command("look", (_, world) => world.live(step));
const mine = (blocks: number) => command(`mine ${blocks}`, (_, { fixture }) => fixture.chain.mine(blocks));
const commands = [
  subjects.map((subject) =>
    command(`build ${subject}`, (model, world) => {
      model.wanted.add(subject);
      return world.live((process) => submit(process, world.fixture.entry(subject)));
    }),
  ),
  fc.constant(look),
  fc.integer({ min: 1, max: 3 }).map(mine),
  fc.nat(5).map((index) =>
    command(`drop ${index} from the pool`, async (_, { fixture: { chain } }) => {
      const pool = (await Promise.all(GAS.map(({ address }) => poolOf(chain, address)))).flat();
      const dropped = pool[index % Math.max(pool.length, 1)];
      if (dropped !== undefined) await chain.client.dropTransaction({ hash: dropped.hash });
    }),
  ),
  fc.integer({ min: 1, max: 4 }).map((depth) =>
    command(`reorg ${depth}`, async (_, { fixture: { chain } }) => {
      const height = Number(await chain.client.getBlockNumber());
      if (height > depth) await chain.reorg(depth);
    }),
  ),
  fc.integer({ min: 1, max: 30 }).map((gwei) =>
    command(`base fee ${gwei}`, async (_, { fixture: { chain } }) => {
      await chain.client.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei(String(gwei)) });
      await chain.mine();
    }),
  ),
  fc.nat(45).map((left) =>
    command(`die after ${left}`, async (_, world) => {
      world.fate.left = left;
      if (left === 0) await world.succeed();
    }),
  ),
  fc.boolean().map((swallows) =>
    command(swallows ? "node swallows" : "node keeps", async (_, { fate }) => {
      fate.swallows = swallows;
    }),
  ),
  fc.constant(command("back up", (_, world) => world.backUp())),
  fc.constant(command("restore", (_, world) => world.restore())),
];

describe("the pipeline, whatever happens", function () {
  this.timeout(300_000);
  let fixture: Fixture;
  before(async () => {
    fixture = await pipelineFixture();
  });
  after(() => fixture.stop());

  it("has each effect once, leaves no hole, and wastes no nonce but on what it counts", async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 40, size: "max" }), async (list) => {
        await fixture.renew();
        const world = new World(fixture);
        await world.succeed();
        await world.backUp();
        const model: Model = { wanted: new Set() };
        await fc.asyncModelRun(() => ({ model, real: world }), list);
        await comeToRest(model, world);
        await expectEachOnce(model, world);
      }),
      { numRuns: 8 },
    );
  });

  /** Nothing goes wrong any more, and everything that is wanted is asked for as a planner would. */
  async function comeToRest({ wanted }: Model, world: World): Promise<void> {
    Object.assign(world.fate, { left: null, swallows: false } satisfies Fate);
    const { chain, rows, entry } = fixture;
    for (let block = 0; block < 60; block++) {
      await step(world.process);
      for (const subject of wanted) {
        if ((await effects(subject)) === 0) await submit(world.process, entry(subject));
      }
      await step(world.process);
      const over = (await rows()).every(({ status }) => status === "finalized" || status === "failed");
      const done = await Promise.all([...wanted].map(effects));
      if (over && done.every((count) => count > 0) && world.process.lanes.every((lane) => lane.unknownSince === null))
        return;
      await chain.client.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei("1") });
      await chain.mine();
    }
    throw new Error(`it does not come to rest: ${JSON.stringify(await rows(), (_, value) => String(value))}`);
  }

  async function expectEachOnce({ wanted }: Model, world: World): Promise<void> {
    for (const subject of wanted) expect(await effects(subject), subject).to.equal(1);
    const { chain, rows } = fixture;
    const stored = await rows();
    let calls = 0;
    let noops = 0;
    for (let number = 0n; number <= (await chain.client.getBlockNumber()); number++) {
      const { transactions } = await chain.client.getBlock({ blockNumber: number, includeTransactions: true });
      for (const { to, from, value } of transactions) {
        if (to?.toLowerCase() === LEDGER) calls++;
        else if (to === from && value === 0n) noops++;
        else expect.fail(`a transaction to ${to}`);
      }
    }
    expect(calls, "calls that changed nothing").to.equal(wanted.size);
    expect(noops, "no-ops that nobody counted").to.be.at.most(world.noops);
    for (const { address } of GAS) {
      const mined = await chain.client.getTransactionCount({ address });
      const pooled = await chain.client.getTransactionCount({ address, blockTag: "pending" });
      expect(pooled, "left in the pool").to.equal(mined);
      if (world.restored) continue;
      const nonces = stored.filter(({ signer }) => signer === address.toLowerCase()).map(({ nonce }) => Number(nonce));
      expect(nonces, "nonces of the database").to.deep.equal(Array.from({ length: mined }, (_, nonce) => nonce));
    }
  }

  async function effects(subject: string): Promise<number> {
    const slot = keyOf(fixture.settlement.settlementId, subject);
    return Number(await fixture.chain.client.getStorageAt({ address: LEDGER, slot }));
  }
});
