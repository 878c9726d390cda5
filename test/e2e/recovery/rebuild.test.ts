import { expect } from "chai";
import pg from "pg";
import { until } from "../../../devnet/src/demo/wait.ts";
import { disturbedTrade } from "../support/trade.ts";
import { sharedWorld, type World } from "../support/world.ts";

const VIEWS = [
  "settlement",
  "transition",
  "leg",
  "settlement_chain",
  "revealed_wallet",
  "attestation",
  "message",
  "chain_event",
] as const;

type Rows = Record<(typeof VIEWS)[number], string[]>;

describe("the indexer's database", function () {
  this.timeout(180_000);
  let world: World;
  let db: pg.Pool;

  before(async () => {
    world = await sharedWorld();
    db = new pg.Pool({ connectionString: world.databaseUrl });
    db.on("error", () => {});
  });
  after(() => db.end());

  /** Every row of every view up to the given block of each chain, as text, in an order of its own. */
  async function snapshot(): Promise<Rows> {
    const entries = await Promise.all(
      VIEWS.map(async (view) => {
        const { rows } = await db.query<{ row: string }>(
          `SELECT row_to_json(v)::text AS row FROM indexer.${view} AS v`,
        );
        return [view, rows.map(({ row }) => row).sort()] as const;
      }),
    );
    return Object.fromEntries(entries) as Rows;
  }

  async function heads(): Promise<Map<string, bigint>> {
    const { rows } = await db.query<{ chain_id: string; block_number: string }>("SELECT * FROM indexer.chain_head");
    return new Map(rows.map(({ chain_id, block_number }) => [chain_id, BigInt(block_number)]));
  }

  it("has the same rows when it is dropped and built again from the first block", async () => {
    const traded = await disturbedTrade(world, "rebuild", {});
    expect(traded.problems).to.deep.equal([]);
    // Nothing is under way any more: the rows can only change by being rebuilt.
    const before = await snapshot();
    const headsBefore = await heads();
    for (const view of VIEWS) expect(before[view], view).to.not.be.empty;

    await world.kill("indexer");
    const { rows: schemas } = await db.query<{ schema_name: string }>(
      "SELECT schema_name FROM information_schema.schemata WHERE schema_name ~ '^(indexer|ponder)'",
    );
    expect(schemas.map(({ schema_name }) => schema_name)).to.include("indexer");
    for (const { schema_name } of schemas) await db.query(`DROP SCHEMA "${schema_name}" CASCADE`);
    await world.start("indexer");
    await until(
      () => "the rebuilt index at the head it had",
      60_000,
      async () => {
        const now = await heads().catch(() => new Map<string, bigint>());
        return [...headsBefore].every(([chain, block]) => (now.get(chain) ?? -1n) >= block) || undefined;
      },
    );
    expect(await snapshot()).to.deep.equal(before);
  });

  it("serves the next trade as if nothing had happened", async () => {
    const traded = await disturbedTrade(world, "after the rebuild", {});
    expect(traded.problems).to.deep.equal([]);
  });
});
