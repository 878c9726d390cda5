import { expect } from "chai";
import type { Hex } from "viem";
import { recordEvents } from "../../src/courier/record.ts";
import { AWAY, HOME } from "../support/deployment.ts";
import { AHEAD, setHeads } from "../support/facts.ts";
import { indexLog, indexStep, takeBack } from "../support/logs.ts";
import { createSession } from "../support/sessions.ts";
import { type Reader, readStream } from "../support/streams.ts";
import { createTenant, type Tenant } from "../support/tenants.ts";
import { matchTrade, type Trade } from "../support/trades.ts";
import { useOwnWorld } from "../support/world.ts";

// The test deployment calls the coordinator's chain safe at 2 confirmations and finalized at 5.
describe("streams", function () {
  this.timeout(60_000);
  const world = useOwnWorld();
  let trade: Trade;
  let hash: Hex;
  /** Each test has blocks of its own. */
  let start = 1000;
  const readers: Reader[] = [];

  const record = () => recordEvents(world().db, world().deps.deployment, "safe");
  async function open(path: string, tenant: { token: string } = trade.seller, lastEventId?: string): Promise<Reader> {
    const headers: Record<string, string> = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
    const reader = await readStream(world().origin, path, { token: tenant.token, headers });
    readers.push(reader);
    return reader;
  }
  const hashOfSettlement = async ({ settlementId, seller }: Trade) =>
    (await world().call("GET", `/v1/settlements/${settlementId}`, { token: seller.token })).body.settlement_hash as Hex;
  const step = (sequence: number, from: string, to: string, block: number, fork = "") =>
    indexStep(world(), hash, sequence, [from, to], { block, fork, logIndex: sequence });
  const events = async (tenant: Tenant) =>
    (await world().call("GET", "/v1/events?limit=200", { token: tenant.token })).body.items;

  beforeEach(async () => {
    start += 1000;
    await setHeads(world(), start);
    await record();
    trade = await matchTrade(world());
    hash = await hashOfSettlement(trade);
  });
  afterEach(() => {
    for (const reader of readers.splice(0)) reader.close();
  });

  it("shows what is pending at once, under the id and with the body that it is recorded with, and not again then", async () => {
    const reader = await open("/v1/stream");
    await step(2, "INSTRUCTED", "COMPLIANCE_CHECKING", start + 1);
    await setHeads(world(), start + 1);
    const shown = await reader.next();
    expect([shown.event, shown.data.data.chain.finality]).to.deep.equal([
      "settlement.state.compliance_checking",
      "pending",
    ]);
    expect((await events(trade.seller)).map(({ id }: { id: string }) => id)).to.not.include(shown.id);
    await setHeads(world(), start + 2);
    await record();
    const recorded = (await events(trade.seller)).find(({ id }: { id: string }) => id === shown.id);
    expect(shown.data).to.deep.equal({
      event: recorded.event,
      id: recorded.id,
      data: { ...recorded.data, chain: { ...recorded.data.chain, finality: "pending" } },
    });
    await step(3, "COMPLIANCE_CHECKING", "ROLLED_BACK", start + 3);
    await setHeads(world(), start + 3);
    expect((await reader.next()).event).to.equal("settlement.state.rolled_back");
  });

  it("tells what is safe when it is recorded, as a webhook does, and each side its own", async () => {
    const [seller, buyer] = [
      await open("/v1/stream?finality=safe"),
      await open("/v1/stream?finality=safe", trade.buyer),
    ];
    await step(2, "INSTRUCTED", "COMPLIANCE_CHECKING", start + 1);
    await setHeads(world(), start + 2);
    await record();
    for (const [reader, tenant, reference] of [
      [seller, trade.seller, "desk-1"],
      [buyer, trade.buyer, "fund-7"],
    ] as const) {
      const told = await reader.next();
      expect(told.data.data.external_reference).to.equal(reference);
      const { created_at: _, ...body } = (await events(tenant)).at(-1);
      expect(told).to.deep.equal({ id: body.id, event: body.event, data: body });
    }
  });

  it("tells what is finalized by the chain's policy, in the order of the list, and nothing that a reorg took back before", async () => {
    const reader = await open("/v1/stream?finality=finalized");
    await step(2, "INSTRUCTED", "COMPLIANCE_CHECKING", start + 1);
    await setHeads(world(), start + 2);
    await record();
    // Deeper than safe, not final: another fact takes the first one's place.
    await takeBack(world(), start + 1);
    await step(2, "INSTRUCTED", "TIMED_OUT", start + 1, "b");
    await setHeads(world(), start + 4);
    await record();
    // Known to the platform alone, hence final, and behind what waits.
    const late = await matchTrade(world(), { tenants: [trade.seller, trade.buyer] });
    const other = await open("/v1/stream?finality=safe");
    await setHeads(world(), start + 5);
    await matchTrade(world(), { tenants: [trade.seller, trade.buyer] });
    await other.next();
    const told = await reader.until("settlement.state.instructed");
    expect(told[0]?.event).to.equal("settlement.state.timed_out");
    expect(told.at(-1)?.data.data.settlement_id).to.equal(late.settlementId);
    expect(told.map(({ event }) => event)).to.not.include("settlement.state.compliance_checking");
  });

  it("says that a settlement is to be read again when what was shown of it was taken back, and when it is there again", async () => {
    const reader = await open(`/v1/settlements/${trade.settlementId}/stream`);
    await step(2, "INSTRUCTED", "COMPLIANCE_CHECKING", start + 1);
    await setHeads(world(), start + 1);
    const first = await reader.next();
    await takeBack(world(), start + 1);
    await setHeads(world(), start);
    const reorged = { settlement_id: trade.settlementId, state: "INSTRUCTED" };
    const frame = { id: undefined, event: "settlement.reorged", data: { event: "settlement.reorged", data: reorged } };
    expect(await reader.next()).to.deep.equal(frame);
    await step(2, "INSTRUCTED", "COMPLIANCE_CHECKING", start + 1);
    await setHeads(world(), start + 1);
    expect(await reader.next()).to.deep.equal(frame);
    expect((await reader.next()).id).to.equal(first.id);
    // Recorded by now, and not final.
    await setHeads(world(), start + 2);
    await record();
    await takeBack(world(), start + 1);
    await step(2, "INSTRUCTED", "ROLLED_BACK", start + 1, "b");
    await setHeads(world(), start + 3);
    expect(await reader.next()).to.deep.equal(frame);
    const [last] = await reader.until("settlement.state.rolled_back");
    expect(last?.id).to.not.equal(first.id);
  });

  it("shows legs of every chain", async () => {
    const reader = await open("/v1/stream");
    await indexLog(
      world(),
      hash,
      "escrow",
      "LegDeposited",
      { legIndex: 1, secret: "0x12" },
      { block: start + 1 + AHEAD, chainId: AWAY },
    );
    await indexLog(world(), hash, "escrow", "LegDeposited", { legIndex: 0, secret: "0x34" }, { block: start + 1 });
    await setHeads(world(), start + 1);
    const told = [await reader.next(), await reader.next()];
    expect(
      told.map(({ event, data }) => [event, data.data.leg.chain_id, data.data.leg.leg_index]),
    ).to.have.deep.members([
      ["settlement.leg.deposited", HOME, 0],
      ["settlement.leg.deposited", AWAY, 1],
    ]);
    expect(JSON.stringify(told)).to.not.include("0x12").and.not.include("0x34");
  });

  it("begins now: what was there before is not told, neither when it is recorded", async () => {
    await step(2, "INSTRUCTED", "COMPLIANCE_CHECKING", start + 1);
    await setHeads(world(), start + 1);
    const reader = await open("/v1/stream");
    await setHeads(world(), start + 2);
    await record();
    await step(3, "COMPLIANCE_CHECKING", "ROLLED_BACK", start + 3);
    await setHeads(world(), start + 3);
    expect((await reader.next()).event).to.equal("settlement.state.rolled_back");
  });

  for (const finality of ["safe", "finalized", "pending"]) {
    it(`resumes behind the last event that was seen: ${finality}`, async () => {
      await step(2, "INSTRUCTED", "COMPLIANCE_CHECKING", start + 1);
      await step(3, "COMPLIANCE_CHECKING", "COMPLIANCE_CLEARED", start + 2);
      await setHeads(world(), start + 10);
      await record();
      const list = (await events(trade.seller)) as { id: string; event: string }[];
      for (const [index, { id }] of list.entries()) {
        const reader = await open(`/v1/stream?finality=${finality}`, trade.seller, id);
        for (const { id: expected } of list.slice(index + 1)) expect((await reader.next()).id).to.equal(expected);
        reader.close();
      }
    });
  }

  it("resumes from a fact that was not recorded when it was seen, on another server, and loses nothing", async () => {
    const reader = await open("/v1/stream");
    await step(2, "INSTRUCTED", "COMPLIANCE_CHECKING", start + 1);
    await setHeads(world(), start + 1);
    const { id } = await reader.next();
    reader.close();
    // Recorded before the fact is: its position is lower.
    const between = await matchTrade(world(), { tenants: [trade.seller, trade.buyer] });
    await setHeads(world(), start + 2);
    await record();
    await step(3, "COMPLIANCE_CHECKING", "ROLLED_BACK", start + 3);
    await setHeads(world(), start + 3);
    const again = await open("/v1/stream", trade.seller, id);
    const told = await again.until("settlement.state.rolled_back");
    expect(told.map(({ data }) => data.data.settlement_id)).to.include(between.settlementId);
  });

  it("says on resuming what was taken back meanwhile", async () => {
    const reader = await open("/v1/stream");
    await step(2, "INSTRUCTED", "COMPLIANCE_CHECKING", start + 1);
    await setHeads(world(), start + 1);
    const { id } = await reader.next();
    reader.close();
    await takeBack(world(), start + 1);
    await setHeads(world(), start);
    const again = await open("/v1/stream", trade.seller, id);
    const { event, data } = await again.next();
    expect([event, data.data]).to.deep.equal([
      "settlement.reorged",
      { settlement_id: trade.settlementId, state: "INSTRUCTED" },
    ]);
  });

  it("does not resume from what it never told this environment", async () => {
    const stranger = await createTenant(world());
    const [{ id }] = await events(trade.seller);
    for (const lastEventId of [id, `evt_${"0".repeat(32)}`, "evt_1", "'; --"]) {
      const headers = { "last-event-id": lastEventId };
      const answer = await world().call("GET", "/v1/stream", { token: stranger.token, headers });
      expect([answer.status, answer.body.detail[0].loc]).to.deep.equal([422, ["header", "last-event-id"]]);
    }
    const { rows } = await placesOf(stranger);
    expect(rows).to.equal(0);
  });

  it("names what is wrong with a request, and takes no place for it", async () => {
    const { token } = trade.seller;
    for (const [query, field] of [
      ["finality=final", "finality"],
      ["event=settlement.state.done", "event"],
      ["settlement_id=1", "settlement_id"],
    ] as const) {
      const { status, body } = await world().call("GET", `/v1/stream?${query}`, { token });
      expect([status, body.detail[0].loc]).to.deep.equal([422, ["query", field]]);
    }
    const stranger = await createTenant(world());
    for (const id of [trade.settlementId, crypto.randomUUID(), "1"]) {
      const { status } = await world().call("GET", `/v1/settlements/${id}/stream`, { token: stranger.token });
      expect(status).to.equal(404);
    }
    expect([await placesOf(trade.seller), await placesOf(stranger)]).to.deep.equal([{ rows: 0 }, { rows: 0 }]);
  });

  it("tells of the event that is asked for alone, and of the settlement", async () => {
    const other = await matchTrade(world(), { tenants: [trade.seller, trade.buyer] });
    const reader = await open("/v1/stream?event=settlement.state.rolled_back");
    const ofOther = await open(`/v1/settlements/${other.settlementId}/stream`);
    await step(2, "INSTRUCTED", "COMPLIANCE_CHECKING", start + 1);
    await step(3, "COMPLIANCE_CHECKING", "ROLLED_BACK", start + 1);
    await indexStep(world(), await hashOfSettlement(other), 2, ["INSTRUCTED", "ROLLED_BACK"], {
      block: start + 1,
      logIndex: 9,
    });
    await setHeads(world(), start + 1);
    const told = [await reader.next(), await reader.next()];
    expect(told.map(({ event, data }) => [event, data.data.settlement_id])).to.have.deep.members([
      ["settlement.state.rolled_back", trade.settlementId],
      ["settlement.state.rolled_back", other.settlementId],
    ]);
    expect((await ofOther.next()).data.data.settlement_id).to.equal(other.settlementId);
  });

  it("keeps a session to its settlements, and one without instructions:read from instructions", async () => {
    const bound = await createSession(world(), trade.seller, {
      scopes: ["settlements:read", "instructions:read"],
      settlementIds: [trade.settlementId],
    });
    const unread = await createSession(world(), trade.seller, { scopes: ["settlements:read"] });
    const [ofBound, ofUnread] = [await open("/v1/stream", bound), await open("/v1/stream", unread)];
    const all = await open("/v1/stream");
    const other = await matchTrade(world(), { tenants: [trade.seller, trade.buyer] });
    await step(2, "INSTRUCTED", "ROLLED_BACK", start + 1);
    await setHeads(world(), start + 1);
    const names = (await all.until("settlement.state.rolled_back")).map(({ event }) => event);
    expect(names).to.have.members([
      "instruction.matched",
      "settlement.state.instructed",
      "settlement.state.rolled_back",
    ]);
    expect((await ofBound.next()).data.data.settlement_id).to.equal(trade.settlementId);
    const told = await ofUnread.until("settlement.state.rolled_back");
    expect(told.map(({ event, data }) => [event, data.data.settlement_id])).to.deep.equal([
      ["settlement.state.instructed", other.settlementId],
      ["settlement.state.rolled_back", trade.settlementId],
    ]);
  });

  async function placesOf({ environmentId }: Tenant): Promise<{ rows: number }> {
    const places = world().db.selectFrom("keystone.stream_place").select("id");
    return { rows: (await places.where("environment_id", "=", environmentId).execute()).length };
  }
});
