import { expect } from "chai";
import pg from "pg";
import { DEPLOYMENT, OTHER_CHAIN } from "./support/deployment.ts";
import { difference, foldedRows, publishedRows } from "./support/fold.ts";
import { log } from "./support/logs.ts";
import { startProxy } from "./support/proxy.ts";
import { account, hash, registered } from "./support/samples.ts";
import { Story } from "./support/story.ts";
import { openWorld, type World } from "./support/world.ts";

describe("indexer: kills, restarts, rebuilds", function () {
  this.timeout(120_000);
  let world: World;
  /** The other chain's node, but without any block that is asked for by its hash. */
  let forgetful: Awaited<ReturnType<typeof startProxy>>;
  const teller = new Story("restart");
  const about = new Set<string>(teller.settlements);

  before(async () => {
    world = await openWorld();
    forgetful = await startProxy(world.other.url, ({ method }) =>
      method === "eth_getBlockByHash" ? { result: null } : undefined,
    );
    await world.block(world.coordinator, registered);
  });

  after(async () => {
    await world.close();
    await forgetful.close();
  });

  /** Blocks of logs on both chains, with some more of them than Ponder's finality depth for the shorter chain. */
  async function tell(blocks: number, from: number): Promise<void> {
    for (let index = from; index < from + blocks; index++) {
      const chain = index % 3 === 0 ? world.coordinator : world.other;
      const choices = [0, 1, 2].map((n) => ({
        kind: index * 7 + n,
        settlement: (index + n) % 3,
        leg: n,
        value: index * 31 + n,
      }));
      await world.block(chain, ...choices.map((choice) => teller.next(chain.chainId, choice)));
    }
  }

  async function expectRowsOfLogs(): Promise<void> {
    await world.indexed();
    const published = publishedRows(await world.views.dump(), about);
    expect(published.chain_event).to.have.length.above(100);
    expect(difference(published, await foldedRows([world.coordinator, world.other], about))).to.deep.equal([]);
  }

  it("goes on after a kill -9 where blocks were missed, without waiting for its own trace to expire", async () => {
    await tell(40, 0);
    const first = await world.start();
    await expectRowsOfLogs();
    await tell(30, 40);
    await first.kill();
    await tell(20, 70);
    const second = await world.start();
    await expectRowsOfLogs();
    expect(second.lines.join("\n")).not.to.match(/locked by a different/);
  });

  it("is rebuilt from the first block to the same rows, while the old ones stay readable", async () => {
    const before = await world.views.dump();
    const [old] = await schemasOfViews();
    await world.newest().stop();
    await world.start({ DATABASE_SCHEMA: "rebuilt" });
    await world.indexed();
    expect(await schemasOfViews()).to.deep.equal(["rebuilt"]);
    expect(old).to.match(/^indexer_[0-9a-f]{12}$/);
    expect(await world.views.dump()).to.deep.equal(before);
  });

  it("waits for the writer before it, and takes over the moment that one is gone", async () => {
    const first = world.newest();
    const second = await world.launch({ DATABASE_SCHEMA: "rebuilt" });
    await second.said("Waiting for another indexer");
    await world.block(world.other, log("escrow", "LegsLocked", { settlementId: hash() }));
    await world.indexed();
    expect([first.ended, second.ended]).to.deep.equal([false, false]);
    await first.kill();
    await second.ready();
    const settlementId = hash();
    const reveal = { settlementId, partyIndex: 1, wallet: account(), secret: hash() };
    await world.block(world.other, log("escrow", "RecipientRevealed", reveal));
    await world.indexed();
    expect(await world.views.rows("revealed_wallet", "settlement_hash = $1", [settlementId])).to.have.length(1);
  });

  it("ends when its database connection is lost, because the database may have forgotten rows", async () => {
    const indexer = world.newest();
    await withoutWriterConnections();
    // EX_TEMPFAIL: whoever watches over it starts it again.
    expect(await indexer.exited()).to.equal(75);
    await world.start({ DATABASE_SCHEMA: "rebuilt", [`RPC_URL_${OTHER_CHAIN}`]: forgetful.url });
    await expectRowsOfLogs();
  });

  /** Ends the connections that hold a writer's lock, as a killed server does. */
  async function withoutWriterConnections(): Promise<void> {
    const client = new pg.Client({ connectionString: world.database.url });
    await client.connect();
    const ended = await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%_writer' AND datname = current_database()",
    );
    await client.end();
    expect(ended.rowCount).to.equal(1);
  }

  it("ends when it cannot follow a reorg, and starts over to the right rows", async () => {
    const lost = world.newest();
    const settlementId = hash();
    await world.block(world.other, log("escrow", "LegsLocked", { settlementId }));
    await world.indexed();
    expect(await world.views.rows("settlement_chain", "settlement_hash = $1", [settlementId])).to.have.length(1);
    await world.other.reorg(3);
    await world.other.mine();
    expect(await lost.exited()).to.equal(75);
    await world.start({ DATABASE_SCHEMA: "rebuilt" });
    await world.indexed();
    expect(await world.views.rows("settlement_chain", "settlement_hash = $1", [settlementId])).to.deep.equal([]);
  });

  it("gives another deployment tables of its own", async () => {
    await world.newest().stop();
    const [chain, ...others] = DEPLOYMENT.chains;
    const later = { ...DEPLOYMENT, chains: [{ ...chain, startBlock: 3 }, ...others] };
    await world.deploy(later);
    await world.start();
    await world.indexed();
    // The block that registered the ruleset lies before the start of this one.
    expect(await world.views.rows("chain_event", "event = 'RulesetRegistered'")).to.deep.equal([]);
    expect(await world.views.rows("chain_event")).to.have.length.above(100);
  });

  async function schemasOfViews(): Promise<unknown[]> {
    const rows = await world.views.query(
      "SELECT DISTINCT table_schema FROM information_schema.view_table_usage WHERE view_schema = 'indexer'",
    );
    return rows.map((row) => row.table_schema);
  }
});
