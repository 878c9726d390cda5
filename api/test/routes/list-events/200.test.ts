import { createHash, randomUUID } from "node:crypto";
import { transaction } from "@keystoneos/store";
import { expect } from "chai";
import { instructionEvent } from "../../../src/services/events/instruction-events.ts";
import { storeEvents } from "../../../src/services/events/store-events.ts";
import { expireInstructions } from "../../../src/services/instructions/expire-instructions.ts";
import type { Json } from "../../support/client.ts";
import { untilWaiting } from "../../support/hold.ts";
import { buy, sell } from "../../support/instructions.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { matchTrade, submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/events 200", () => {
  const world = useWorld();
  const list = async (tenant: Tenant, query = ""): Promise<Json> => {
    const { status, body } = await world().call("GET", `/v1/events${query}`, { token: tenant.token });
    expect(status).to.equal(200);
    return body;
  };
  const idOf = (...parts: string[]) =>
    `evt_${createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32)}`;

  it("tells both sides of a match, each of its own instruction alone", async () => {
    const trade = await matchTrade(world());
    for (const [tenant, instruction, reference] of [
      [trade.seller, trade.sellerInstruction, "desk-1"],
      [trade.buyer, trade.buyerInstruction, "fund-7"],
    ] as const) {
      const { items, total } = await list(tenant);
      expect(total).to.equal(2);
      expect(items.map(({ id, event, data }: Json) => ({ id, event, data }))).to.deep.equal([
        {
          id: idOf("settlement.state.instructed", trade.settlementId),
          event: "settlement.state.instructed",
          data: {
            settlement_id: trade.settlementId,
            settlement_hash: items[0].data.settlement_hash,
            state: "INSTRUCTED",
            to_state: "INSTRUCTED",
            settlement_type: "cross_platform",
            sequence: 1,
            timestamp: instruction.matched_at,
            trade_reference: trade.reference,
            external_reference: reference,
          },
        },
        {
          id: idOf("instruction.matched", instruction.id),
          event: "instruction.matched",
          data: {
            instruction_id: instruction.id,
            trade_reference: trade.reference,
            status: "matched",
            settlement_id: trade.settlementId,
            field: null,
            timestamp: instruction.matched_at,
          },
        },
      ]);
    }
  });

  it("tells once where both sides are one environment, with its two instructions", async () => {
    const tenant = await createTenant(world());
    await matchTrade(world(), { tenants: [tenant, tenant] });
    const { items } = await list(tenant);
    expect(items.map(({ event }: Json) => event)).to.deep.equal([
      "settlement.state.instructed",
      "instruction.matched",
      "instruction.matched",
    ]);
  });

  it("tells the owner alone why an instruction did not match, that it was cancelled, that it expired", async () => {
    const [seller, buyer] = [await createTenant(world()), await createTenant(world())];
    const first = (await submit(world(), seller, sell())).body;
    const trade_reference = first.trade_reference;
    const second = (await submit(world(), buyer, buy({ trade_reference, fee_mode: "buyer_pays" }))).body;
    expect(second.match_failure).to.deep.equal({ field: "fee_mode" });
    await world().call("POST", `/v1/instructions/${second.id}/cancel`, { token: buyer.token });
    const expires_at = new Date(Date.now() - 5000);
    const { db } = world();
    await db.updateTable("keystone.instruction").set({ expires_at }).where("id", "=", first.id).execute();
    await expireInstructions(db);
    const facts = ({ event, data }: Json) => [event, data.instruction_id, data.status, data.field, data.settlement_id];
    expect((await list(buyer)).items.map(facts)).to.deep.equal([
      ["instruction.match_failed", second.id, "pending_match", "fee_mode", null],
      ["instruction.cancelled", second.id, "cancelled", null, null],
    ]);
    const { items } = await list(seller);
    expect(items.map(facts)).to.deep.equal([["instruction.expired", first.id, "expired", null, null]]);
    expect(items[0].data.timestamp).to.equal(expires_at.toISOString().replace(".000Z", "Z"));
  });

  it("says nothing of a submission that was refused", async () => {
    const tenant = await createTenant(world());
    await submit(world(), tenant, sell({ template_slug: "unknown" }));
    expect((await list(tenant)).items).to.deep.equal([]);
  });

  it("pages with a cursor that is always there and never misses what comes later", async () => {
    const tenant = await createTenant(world());
    const first = await list(tenant);
    expect(first).to.deep.include({ items: [], total: 0, offset: 0 });
    await matchTrade(world(), { tenants: [tenant, tenant] });
    const second = await list(tenant, `?limit=2&cursor=${first.next_cursor}`);
    expect(second.items).to.have.length(2);
    expect(second).to.deep.include({ total: 3, limit: 2, offset: 0 });
    const third = await list(tenant, `?limit=2&cursor=${second.next_cursor}`);
    expect(third.items).to.have.length(1);
    expect(third.offset).to.equal(2);
    const fourth = await list(tenant, `?limit=2&cursor=${third.next_cursor}`);
    expect(fourth.items).to.deep.equal([]);
    expect(fourth.next_cursor).to.equal(third.next_cursor);
    await matchTrade(world(), { tenants: [tenant, tenant] });
    const fifth = await list(tenant, `?cursor=${fourth.next_cursor}`);
    const all = await list(tenant);
    expect([...second.items, ...third.items, ...fifth.items]).to.deep.equal(all.items);
  });

  it("never shows a later event before an earlier one: its writer waits", async () => {
    const tenant = await createTenant(world());
    const [first, second] = [randomUUID(), randomUUID()];
    const event = (instructionId: string) =>
      instructionEvent({
        event: "instruction.cancelled",
        environmentId: tenant.environmentId,
        instructionId,
        tradeReference: "any",
        status: "cancelled",
        at: new Date(),
      });
    const { db } = world();
    let later: Promise<void> | undefined;
    await transaction(db, async (trx) => {
      await storeEvents(trx, [event(first)]);
      later = transaction(db, (other) => storeEvents(other, [event(second)]));
      await untilWaiting({ db }, 1);
      expect((await list(tenant)).items).to.deep.equal([]);
    });
    await later;
    const { items } = await list(tenant);
    expect(items.map(({ data }: Json) => data.instruction_id)).to.deep.equal([first, second]);
  });

  it("filters by event, settlement and time, and forgets after 30 days", async () => {
    const tenant = await createTenant(world());
    const [one, two] = [
      await matchTrade(world(), { tenants: [tenant, tenant] }),
      await matchTrade(world(), { tenants: [tenant, tenant] }),
    ];
    expect((await list(tenant, "?event=instruction.matched")).total).to.equal(4);
    const ofTwo = await list(tenant, `?settlement_id=${two.settlementId}`);
    expect(ofTwo.items.map(({ data }: Json) => data.settlement_id)).to.deep.equal(Array(3).fill(two.settlementId));
    expect((await list(tenant, `?since=${encodeURIComponent(ofTwo.items[0].created_at)}`)).items).to.deep.equal(
      ofTwo.items,
    );
    await world()
      .db.updateTable("keystone.event")
      .set({ created_at: new Date(Date.now() - 31 * 86_400_000) })
      .where("settlement_id", "=", one.settlementId)
      .execute();
    expect((await list(tenant)).items).to.deep.equal(ofTwo.items);
  });
});
