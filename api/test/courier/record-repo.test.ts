import { expect } from "chai";
import type { Hex } from "viem";
import { recordEvents } from "../../src/courier/record.ts";
import type { Json } from "../support/client.ts";
import { indexState, setHeads } from "../support/facts.ts";
import { indexLog, indexStep } from "../support/logs.ts";
import { matchRepo, type Repo, showState } from "../support/repos.ts";
import { useOwnWorld } from "../support/world.ts";

describe("recordEvents of a repo's closing", () => {
  const world = useOwnWorld();
  let repo: Repo;
  let hash: Hex;

  const told = async (): Promise<Json[]> => {
    await setHeads(world(), 3000);
    await recordEvents(world().db, world().deps.deployment, "safe");
    return (await world().call("GET", `/v1/events?settlement_id=${repo.closing.id}`, repo.seller)).body.items;
  };

  beforeEach(async () => {
    const { db } = world();
    for (const view of ["chain_event", "transition", "settlement", "chain_head"] as const) {
      await db.deleteFrom(`indexer.${view}`).execute();
    }
    await db.deleteFrom("keystone.event_cursor").execute();
    repo = await matchRepo(world());
    hash = repo.closing.settlement_hash;
    await indexStep(world(), hash, 1, ["", "AWAITING_MATURITY"], { block: 2000, fork: hash });
    await db.updateTable("indexer.chain_event").set({ event: "SettlementCreated" }).execute();
    await db.updateTable("indexer.transition").set({ from_state: null }).execute();
  });

  const about = ({ event, data }: Json) => [event, data.state, data.previous_state, data.parent_settlement_id];

  it("tells of its creation, of its maturity, and of a timeout after an opening that was final", async () => {
    await indexState(world(), repo.opening.settlement_hash, "FINALIZED", 1900);
    await indexStep(world(), hash, 2, ["AWAITING_MATURITY", "INSTRUCTED"], { block: 2001, fork: hash });
    await indexStep(world(), hash, 3, ["INSTRUCTED", "TIMED_OUT"], { block: 2002, fork: hash });
    const events = await told();
    const { settlementId } = repo;
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
    await indexState(world(), repo.opening.settlement_hash, "AWAITING_DEPOSITS", 1900);
    await indexStep(world(), hash, 2, ["AWAITING_MATURITY", "TIMED_OUT"], { block: 2001, fork: hash });
    expect((await told()).map(about)).to.deep.equal([
      ["settlement.state.awaiting_maturity", "AWAITING_MATURITY", undefined, undefined],
      ["settlement.state.timed_out", "TIMED_OUT", "AWAITING_MATURITY", undefined],
    ]);
  });

  it("tells both sides of a default, each with its own reference", async () => {
    // Executed, and the report of its last release is late.
    await showState(world(), repo.opening.settlement_hash, "EXECUTING_SWAP", "execute");
    await indexStep(world(), hash, 2, ["AWAITING_MATURITY", "TIMED_OUT"], { block: 2001, fork: hash });
    await told();
    const query = `/v1/events?settlement_id=${repo.closing.id}&event=settlement.repo.closing_timed_out`;
    for (const [who, reference] of [
      ["seller", "desk-1"],
      ["buyer", "fund-7"],
    ] as const) {
      const { items } = (await world().call("GET", query, repo[who])).body;
      expect(items.map(({ data }: Json) => data.external_reference)).to.deep.equal([reference]);
    }
  });

  it("tells of one that was never created by its verdict alone, and of no default", async () => {
    const { db } = world();
    await db.deleteFrom("indexer.chain_event").execute();
    await db.deleteFrom("indexer.transition").execute();
    await showState(world(), hash, "TIMED_OUT", "rollback");
    await db.updateTable("indexer.settlement").set({ created: false }).where("settlement_hash", "=", hash).execute();
    await indexLog(world(), hash, "coordinator", "VerdictTaken", {}, { block: 2001, fork: hash });
    expect((await told()).map(about)).to.deep.equal([
      ["settlement.state.timed_out", "TIMED_OUT", "AWAITING_MATURITY", undefined],
    ]);
  });

  it("tells at the match that the opening is instructed, and nothing of the closing", async () => {
    const { items } = (await world().call("GET", `/v1/events?settlement_id=${repo.settlementId}`, repo.buyer)).body;
    expect(items.map(({ event }: Json) => event)).to.deep.equal(["settlement.state.instructed", "instruction.matched"]);
    const closing = await world().call("GET", `/v1/events?settlement_id=${repo.closing.id}`, repo.buyer);
    expect(closing.body.items).to.deep.equal([]);
  });
});
