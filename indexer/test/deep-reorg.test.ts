import { setTimeout as wait } from "node:timers/promises";
import { expect } from "chai";
import { difference, foldedRows, publishedRows } from "./support/fold.ts";
import { registered } from "./support/samples.ts";
import { Story } from "./support/story.ts";
import { openWorld, type World } from "./support/world.ts";

describe("indexer: a reorg of what was final", function () {
  this.timeout(120_000);
  let world: World;
  const teller = new Story("deep");
  const about = new Set<string>(teller.settlements);
  let told = 0;
  // What Ponder keeps of fetched blocks would come back in the rows.
  const start = () => world.start({ INDEXER_RPC_CACHE: "on" });

  before(async () => {
    world = await openWorld();
    await world.block(world.coordinator, registered);
    await tell(12);
    await start();
  });
  after(() => world.close());

  /** Blocks of logs on the chain whose blocks are final the sooner. */
  async function tell(blocks: number): Promise<void> {
    for (const last = told + blocks; told < last; told++) {
      const choices = [0, 1].map((n) => ({
        kind: told * 7 + n,
        settlement: (told + n) % 3,
        leg: n,
        value: told * 31 + n,
      }));
      await world.block(world.other, ...choices.map((choice) => teller.next(world.other.chainId, choice)));
      teller.mined(world.other.chainId, await world.other.head());
    }
  }

  /** Until all that was told is final, and known to be. */
  async function final(): Promise<void> {
    const { chainId } = world.other;
    const told = await world.other.head();
    await world.other.mine(70);
    await world.indexed();
    const [{ schema } = { schema: "" }] = await world.views.query(
      "SELECT DISTINCT table_schema AS schema FROM information_schema.view_table_usage WHERE view_schema = 'indexer'",
    );
    const known = () =>
      world.views.query(`SELECT FROM "${schema}"._final_block WHERE chain_id = ${chainId} AND block_number >= ${told}`);
    while ((await known().catch(() => [])).length === 0) await wait(50);
  }

  /** All but the oldest blocks are others than they were. */
  async function forget(): Promise<void> {
    teller.lost(world.other.chainId, 5n);
    await world.other.reorg(Number(await world.other.head()) - 4);
    await world.other.mine();
  }

  async function expectRowsOfLogs(): Promise<void> {
    await world.indexed();
    const published = publishedRows(await world.views.dump(), about);
    expect(published.chain_event).to.have.length.above(5);
    expect(difference(published, await foldedRows([world.coordinator, world.other], about))).to.deep.equal([]);
  }

  it("ends the indexer, which says why, and the next start builds the rows of the blocks that there are", async () => {
    await final();
    await forget();
    expect(await world.newest().exited()).to.equal(75);
    expect(world.newest().lines.join("\n")).to.include("A chain has lost a block that was final");
    await tell(4);
    const next = await start();
    expect(next.lines.join("\n")).to.include("everything is indexed anew");
    await expectRowsOfLogs();
  });

  it("is noticed by the next start when no indexer was there to see it", async () => {
    await final();
    await world.newest().stop();
    await forget();
    await tell(4);
    await start();
    await expectRowsOfLogs();
  });
});
