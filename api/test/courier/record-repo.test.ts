import { expect } from "chai";
import { sql } from "kysely";
import type { Hex } from "viem";
import { recordEvents } from "../../src/courier/record.ts";
import type { Json } from "../support/client.ts";
import { indexState, setHeads } from "../support/facts.ts";
import { indexStep } from "../support/logs.ts";
import { matchTrade, type Trade } from "../support/trades.ts";
import { useOwnWorld } from "../support/world.ts";

describe("recordEvents of a repo's closing", () => {
  const world = useOwnWorld();
  let opening: Trade;
  let closing: Trade;
  let hash: Hex;
  let openingHash: Hex;

  const hashOf = async ({ settlementId, seller }: Trade): Promise<Hex> =>
    (await world().call("GET", `/v1/settlements/${settlementId}`, seller)).body.settlement_hash;
  const told = async (): Promise<Json[]> => {
    await setHeads(world(), 3000);
    await recordEvents(world().db, world().deps.deployment, "safe");
    return (await world().call("GET", `/v1/events?settlement_id=${closing.settlementId}`, closing.seller)).body.items;
  };

  beforeEach(async () => {
    const { db } = world();
    for (const view of ["chain_event", "transition", "settlement", "chain_head"] as const) {
      await db.deleteFrom(`indexer.${view}`).execute();
    }
    await db.deleteFrom("keystone.event_cursor").execute();
    [opening, closing] = [await matchTrade(world()), await matchTrade(world())];
    [openingHash, hash] = [await hashOf(opening), await hashOf(closing)];
    // Made into a closing: its terms name the opening, and nobody was told that it is instructed.
    await sql`UPDATE keystone.settlement SET terms = jsonb_set(terms, '{parent}', to_jsonb(${openingHash}::text))
      WHERE id = ${closing.settlementId}::uuid`.execute(db);
    await db.deleteFrom("keystone.event").where("settlement_id", "=", closing.settlementId).execute();
    await db.deleteFrom("keystone.event_sequence").where("settlement_id", "=", closing.settlementId).execute();
    await indexStep(world(), hash, 1, ["", "AWAITING_MATURITY"], { block: 2000, fork: hash });
    await db.updateTable("indexer.chain_event").set({ event: "SettlementCreated" }).execute();
    await db.updateTable("indexer.transition").set({ from_state: null }).execute();
  });

  const about = ({ event, data }: Json) => [event, data.state, data.previous_state, data.parent_settlement_id];

  it("tells of its creation, of its maturity, and of a timeout after an opening that was final", async () => {
    await indexState(world(), openingHash, "FINALIZED", 1900);
    await indexStep(world(), hash, 2, ["AWAITING_MATURITY", "INSTRUCTED"], { block: 2001, fork: hash });
    await indexStep(world(), hash, 3, ["INSTRUCTED", "TIMED_OUT"], { block: 2002, fork: hash });
    const events = await told();
    const { settlementId } = opening;
    expect(events.map(about)).to.deep.equal([
      ["settlement.state.awaiting_maturity", "AWAITING_MATURITY", undefined, undefined],
      ["settlement.state.instructed", "INSTRUCTED", undefined, undefined],
      ["settlement.repo.matured", "INSTRUCTED", undefined, settlementId],
      ["settlement.state.timed_out", "TIMED_OUT", "INSTRUCTED", undefined],
      ["settlement.repo.closing_timed_out", "TIMED_OUT", undefined, settlementId],
    ]);
    expect(events.map(({ data }) => data.sequence)).to.deep.equal([1, 2, 3, 4, 5]);
    expect(events.every(({ data }) => data.chain !== undefined)).to.equal(true);
  });

  it("says nothing of a default when the opening never was final: the closing is void", async () => {
    await indexState(world(), openingHash, "AWAITING_DEPOSITS", 1900);
    await indexStep(world(), hash, 2, ["AWAITING_MATURITY", "TIMED_OUT"], { block: 2001, fork: hash });
    expect((await told()).map(about)).to.deep.equal([
      ["settlement.state.awaiting_maturity", "AWAITING_MATURITY", undefined, undefined],
      ["settlement.state.timed_out", "TIMED_OUT", "AWAITING_MATURITY", undefined],
    ]);
  });
});
