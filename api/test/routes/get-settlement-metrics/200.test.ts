import { expect } from "chai";
import { sql } from "kysely";
import { adminGet, agreedTrade } from "../../support/admin.ts";
import type { Json } from "../../support/client.ts";
import { HOME } from "../../support/deployment.ts";
import { type ForwardState, hashOf, indexState, setHeads } from "../../support/facts.ts";
import { useWorld } from "../../support/world.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** What is counted over all platforms has what other tests make in it, so these look at what is added. */
describe("counts over all settlements", () => {
  const world = useWorld();
  before(() => setHeads(world(), 200));

  /** A trade agreed and gone to a state so many seconds ago. */
  async function trade(state: ForwardState | null, secondsAgo: number, agreedBefore = 0) {
    const agreed = await agreedTrade(world());
    const at = Math.floor(Date.now() / 1000) - secondsAgo;
    await world()
      .db.updateTable("keystone.settlement")
      .set({ created_at: new Date((at - agreedBefore) * 1000) })
      .where("id", "=", agreed.settlementId)
      .execute();
    if (state !== null) await indexState(world(), agreed.hash, state, 100, at);
    return agreed;
  }

  const get = async (path: string): Promise<Json> => {
    const { status, body } = await adminGet(world(), `/settlements/${path}`);
    expect(status).to.equal(200);
    return body;
  };

  it("GET pipeline 200 counts by the shown state, every state, and tells those at an end", async () => {
    const before = await get("pipeline");
    expect(before.states.map(({ state }: Json) => state)).to.deep.equal([
      "AWAITING_MATURITY",
      "INSTRUCTED",
      "COMPLIANCE_CHECKING",
      "COMPLIANCE_CLEARED",
      "AWAITING_DEPOSITS",
      "EXECUTING_SWAP",
      "FINALIZED",
      "ROLLED_BACK",
      "TIMED_OUT",
    ]);
    await trade(null, 10);
    await trade("INSTRUCTED", 10);
    await trade("AWAITING_DEPOSITS", 10);
    await trade("FINALIZED", 10);
    const after = await get("pipeline");
    const added = after.states.flatMap(({ state, count }: Json, index: number) => {
      const more = count - before.states[index].count;
      return more === 0 ? [] : [[state, more]];
    });
    expect(added).to.deep.equal([
      ["INSTRUCTED", 2],
      ["AWAITING_DEPOSITS", 1],
      ["FINALIZED", 1],
    ]);
    expect(after.total_in_flight - before.total_in_flight).to.equal(3);
    expect(after.total_terminal - before.total_terminal).to.equal(1);
  });

  it("GET metrics 200 counts the states entered within the period, a day unless said", async () => {
    const [hour, day, week] = [await get("metrics?period=1h"), await get("metrics"), await get("metrics?period=7d")];
    expect([hour.period, day.period, week.period]).to.deep.equal(["1h", "24h", "7d"]);
    await trade("FINALIZED", HOUR - 60);
    await trade("FINALIZED", HOUR + 60);
    await trade("COMPLIANCE_CLEARED", DAY + 60);
    const more = (after: Json, before: Json) =>
      Object.fromEntries(
        Object.entries(after.funnel).map(([key, count]) => [key, (count as number) - before.funnel[key]]),
      );
    const none = { rolled_back: 0, timed_out: 0 };
    const forward = (count: number) => ({ compliance_cleared: count, assets_locked: count, finalized: count, ...none });
    expect(more(await get("metrics?period=1h"), hour)).to.deep.equal({ instructed: 1, ...forward(1) });
    expect(more(await get("metrics?period=24h"), day)).to.deep.equal({ instructed: 2, ...forward(2) });
    const ofWeek = { ...forward(2), compliance_cleared: 3, instructed: 3 };
    expect(more(await get("metrics?period=7d"), week)).to.deep.equal(ofWeek);
    const { throughput } = await get("metrics");
    expect(throughput.finalized_count - day.throughput.finalized_count).to.equal(2);
  });

  it("GET metrics 200 counts one that timed out before it was created, and a rollback", async () => {
    const before = await get("metrics?period=1h");
    const [late, back] = [await trade("INSTRUCTED", 60), await trade("INSTRUCTED", 60)];
    const { db } = world();
    await db.deleteFrom("indexer.transition").where("settlement_hash", "=", late.hash).execute();
    const verdict = { created: false, state: "TIMED_OUT", verdict: "rollback" as const };
    await db.updateTable("indexer.settlement").set(verdict).where("settlement_hash", "=", late.hash).execute();
    const step = { from_state: "INSTRUCTED", to_state: "ROLLED_BACK", gate: "MANUAL", sequence: 2 };
    const [first] = await db
      .selectFrom("indexer.transition")
      .selectAll()
      .where("settlement_hash", "=", back.hash)
      .execute();
    await db
      .insertInto("indexer.transition")
      .values({ ...(first as NonNullable<typeof first>), ...step })
      .execute();
    const after = await get("metrics?period=1h");
    expect(after.funnel.timed_out - before.funnel.timed_out).to.equal(1);
    expect(after.funnel.rolled_back - before.funnel.rolled_back).to.equal(1);
    expect(after.throughput.rolled_back_count - before.throughput.rolled_back_count).to.equal(1);
  });

  it("GET metrics 200 averages the time from the match to FINALIZED", async () => {
    const before = (await get("metrics?period=30d")).throughput;
    await trade("FINALIZED", 10 * DAY, 100);
    await trade("FINALIZED", 10 * DAY, 300);
    const after = (await get("metrics?period=30d")).throughput;
    const sum = (of: Json) => of.finalized_count * (of.average_time_to_finalize_seconds ?? 0);
    expect(after.finalized_count - before.finalized_count).to.equal(2);
    expect(sum(after) - sum(before)).to.be.closeTo(400, 0.01);
  });

  it("GET transitions 200 counts the steps of an hour unless said, the most frequent first", async () => {
    const [hour, day] = [await get("transitions"), await get("transitions?period=24h")];
    expect([hour.period, day.period]).to.deep.equal(["1h", "24h"]);
    await trade("COMPLIANCE_CLEARED", 60);
    await trade("COMPLIANCE_CHECKING", 2 * HOUR);
    // Another's settlement on the same contracts is no settlement of ours.
    await indexState(world(), hashOf(crypto.randomUUID()), "FINALIZED", 100, Math.floor(Date.now() / 1000));
    const added = async (period: string, before: Json) => {
      const { transitions } = await get(`transitions?period=${period}`);
      const counts = transitions.map(({ count }: Json) => count);
      expect(counts).to.deep.equal([...counts].sort((a, b) => b - a));
      return transitions.flatMap(({ from_state, to_state, count }: Json) => {
        const known = before.transitions.find(
          (one: Json) => one.from_state === from_state && one.to_state === to_state,
        );
        return count === (known?.count ?? 0) ? [] : [`${from_state} ${to_state} ${count - (known?.count ?? 0)}`];
      });
    };
    expect(await added("1h", hour)).to.have.members([
      "INSTRUCTED COMPLIANCE_CHECKING 1",
      "COMPLIANCE_CHECKING COMPLIANCE_CLEARED 1",
    ]);
    expect(await added("24h", day)).to.have.members([
      "INSTRUCTED COMPLIANCE_CHECKING 2",
      "COMPLIANCE_CHECKING COMPLIANCE_CLEARED 1",
    ]);
  });

  it("422 for a period that is none", async () => {
    for (const path of ["metrics?period=1d", "transitions?period=", "metrics?since=1h"]) {
      const { status, body } = await adminGet(world(), `/settlements/${path}`);
      expect(status, path).to.equal(422);
      expect(body.detail[0].loc[0]).to.equal("query");
    }
  });

  it("speaks of one chain's coordinator alone", async () => {
    const before = await get("transitions?period=1h");
    const { hash } = await trade("COMPLIANCE_CHECKING", 60);
    await world()
      .db.updateTable("indexer.transition")
      .set({ chain_id: sql<bigint>`${HOME + 1}::bigint` })
      .where("settlement_hash", "=", hash)
      .execute();
    expect(await get("transitions?period=1h")).to.deep.equal(before);
  });
});
