import { createHash, randomUUID } from "node:crypto";
import { expect } from "chai";
import type { Hex } from "viem";
import { recordEvents } from "../../src/courier/record.ts";
import { screenTrade } from "../support/checks.ts";
import type { Json } from "../support/client.ts";
import { AWAY, HOME } from "../support/deployment.ts";
import { setHeads } from "../support/facts.ts";
import { blockHash, indexLog, indexStep, takeBack } from "../support/logs.ts";
import type { Tenant } from "../support/tenants.ts";
import { matchTrade, type Trade } from "../support/trades.ts";
import { useOwnWorld } from "../support/world.ts";

// The test deployment calls the coordinator's chain safe at 2 confirmations and finalized at 5.
describe("recordEvents", () => {
  const world = useOwnWorld();
  let trade: Trade & { seller: Tenant; buyer: Tenant };
  let hash: Hex;
  /** Each test has blocks of its own. */
  let start = 1000;

  const record = (level: "safe" | "finalized" = "safe") => recordEvents(world().db, world().deps.deployment, level);
  const told = async (tenant: Tenant): Promise<Json[]> => {
    const path = `/v1/events?settlement_id=${trade.settlementId}&limit=200`;
    const { items } = (await world().call("GET", path, { token: tenant.token })).body;
    return items.filter(({ event }: Json) => event.startsWith("settlement."));
  };
  const names = async (tenant = trade.seller) => (await told(tenant)).map(({ event }) => event);

  beforeEach(async () => {
    start += 1000;
    await setHeads(world(), start);
    await record();
    trade = await matchTrade(world());
    const { body } = await world().call("GET", `/v1/settlements/${trade.settlementId}`, { token: trade.seller.token });
    hash = body.settlement_hash;
  });

  it("tells both sides of a transition once it is safe, and not before", async () => {
    const place = { block: start + 1, logIndex: 3 };
    await indexStep(world(), hash, 2, ["INSTRUCTED", "COMPLIANCE_CHECKING"], place);
    await setHeads(world(), start + 1);
    await record();
    expect(await names()).to.deep.equal(["settlement.state.instructed"]);
    await setHeads(world(), start + 2);
    await record();
    for (const [tenant, reference] of [
      [trade.seller, "desk-1"],
      [trade.buyer, "fund-7"],
    ] as const) {
      const [, event] = await told(tenant);
      const id = createHash("sha256")
        .update(`["settlement.state.compliance_checking",${HOME},"${blockHash(place)}",3]`)
        .digest("hex");
      expect(event.id).to.equal(`evt_${id.slice(0, 32)}`);
      expect(event.data).to.deep.equal({
        settlement_id: trade.settlementId,
        settlement_hash: hash,
        state: "COMPLIANCE_CHECKING",
        to_state: "COMPLIANCE_CHECKING",
        previous_state: "INSTRUCTED",
        settlement_type: "cross_platform",
        sequence: 2,
        timestamp: new Date((1_790_000_000 + place.block) * 1000).toISOString().replace(".000Z", "Z"),
        trade_reference: trade.reference,
        external_reference: reference,
        chain: {
          chain_id: HOME,
          block_number: place.block,
          block_hash: blockHash(place),
          tx_hash: event.data.chain.tx_hash,
          log_index: 3,
          finality: "safe",
        },
      });
    }
  });

  it("waits for finalized where that is the level", async () => {
    await indexStep(world(), hash, 2, ["INSTRUCTED", "ROLLED_BACK"], { block: start + 1 });
    await setHeads(world(), start + 4);
    await record("finalized");
    expect(await names()).to.have.length(1);
    await setHeads(world(), start + 5);
    await record("finalized");
    const [, event] = await told(trade.seller);
    expect([event.event, event.data.chain.finality]).to.deep.equal(["settlement.state.rolled_back", "finalized"]);
  });

  it("records each fact once, however often and however many record", async () => {
    await indexStep(world(), hash, 2, ["INSTRUCTED", "COMPLIANCE_CHECKING"], { block: start + 1 });
    await setHeads(world(), start + 2);
    await Promise.all([record(), record(), record(), record()]);
    await record();
    await setHeads(world(), start + 20);
    await record();
    expect(await names()).to.deep.equal(["settlement.state.instructed", "settlement.state.compliance_checking"]);
  });

  it("tells nothing of what a reorg took back before it was safe", async () => {
    await indexStep(world(), hash, 2, ["INSTRUCTED", "ROLLED_BACK"], { block: start + 1 });
    await setHeads(world(), start + 1);
    await record();
    await takeBack(world(), start + 1);
    await indexStep(world(), hash, 2, ["INSTRUCTED", "COMPLIANCE_CHECKING"], { block: start + 2, fork: "b" });
    await setHeads(world(), start + 12);
    await record();
    expect(await names()).to.deep.equal(["settlement.state.instructed", "settlement.state.compliance_checking"]);
  });

  it("loses nothing to a reorg that is deeper than safe: what took its place is told too", async () => {
    await indexStep(world(), hash, 2, ["INSTRUCTED", "COMPLIANCE_CHECKING"], { block: start + 1 });
    await setHeads(world(), start + 3);
    await record();
    await takeBack(world(), start + 1);
    await indexStep(world(), hash, 2, ["INSTRUCTED", "ROLLED_BACK"], { block: start + 1, fork: "b" });
    await setHeads(world(), start + 3);
    await record();
    expect((await told(trade.buyer)).map(({ event, data }) => [event, data.sequence])).to.deep.equal([
      ["settlement.state.instructed", 1],
      ["settlement.state.compliance_checking", 2],
      ["settlement.state.rolled_back", 3],
    ]);
  });

  it("doubles nothing and loses nothing while the index is rebuilt", async () => {
    const steps = async () => {
      await indexStep(world(), hash, 2, ["INSTRUCTED", "COMPLIANCE_CHECKING"], { block: start + 1 });
      await indexStep(world(), hash, 3, ["COMPLIANCE_CHECKING", "COMPLIANCE_CLEARED"], { block: start + 9 });
    };
    await steps();
    await setHeads(world(), start + 10);
    await record();
    const before = await told(trade.seller);
    await takeBack(world(), 0);
    await setHeads(world(), 0);
    await record();
    await steps();
    await indexStep(world(), hash, 4, ["COMPLIANCE_CLEARED", "AWAITING_DEPOSITS"], { block: start + 10 });
    await setHeads(world(), start + 5);
    await record();
    await setHeads(world(), start + 11);
    await record();
    const after = await told(trade.seller);
    expect(after.slice(0, 3)).to.deep.equal(before);
    expect(after.slice(3).map(({ event }) => event)).to.deep.equal(["settlement.state.awaiting_deposits"]);
  });

  it("tells of every leg's fate in the state told last, and never a deposit's secret", async () => {
    await indexStep(world(), hash, 2, ["INSTRUCTED", "AWAITING_DEPOSITS"], { block: start + 1 });
    const secret = `0x${"5e".repeat(32)}`;
    const logs: [event: string, args: Record<string, unknown>][] = [
      ["LegDeposited", { legIndex: 0, secret, amount: "5" }],
      ["LegClaimable", { legIndex: 0, reason: "0xdead" }],
      ["LegReleased", { legIndex: 0 }],
      ["LegWaived", { legIndex: 1 }],
      ["LegClaimable", { legIndex: 1, reason: "0xbeef" }],
      ["LegReturned", { legIndex: 1 }],
      ["LegRefunded", { legIndex: 2 }],
      ["LegsLocked", {}],
    ];
    for (const [logIndex, [event, args]] of logs.entries()) {
      await indexLog(world(), hash, "escrow", event, args, { block: start + 2, logIndex });
    }
    await setHeads(world(), start + 3);
    await record();
    const legs = (await told(trade.seller)).filter(({ event }) => event.startsWith("settlement.leg."));
    expect(legs.map(({ event, data }) => [event.slice(15), data.sequence, data.leg])).to.deep.equal([
      ["deposited", 3, { leg_index: 0, status: "deposited", chain_id: HOME, claimable_reason: null }],
      ["claimable", 4, { leg_index: 0, status: "claimable", chain_id: HOME, claimable_reason: "0xdead" }],
      ["released", 5, { leg_index: 0, status: "released", chain_id: HOME, claimable_reason: null }],
      ["waived", 6, { leg_index: 1, status: "waived", chain_id: HOME, claimable_reason: null }],
      ["refunded", 7, { leg_index: 2, status: "refunded", chain_id: HOME, claimable_reason: null }],
    ]);
    for (const { data } of legs) {
      expect([data.state, data.to_state]).to.deep.equal(["AWAITING_DEPOSITS", "AWAITING_DEPOSITS"]);
      expect(data).to.not.have.property("previous_state");
      expect(JSON.stringify(data)).to.not.include("5e5e5e");
    }
  });

  it("goes by each chain's own policy", async () => {
    // Safe at 3 confirmations there; its head is 5000 ahead.
    const block = start + 5000;
    await indexLog(world(), hash, "escrow", "LegDeposited", { legIndex: 1 }, { block, chainId: AWAY });
    await setHeads(world(), start + 1);
    await record();
    expect(await names()).to.not.include("settlement.leg.deposited");
    await setHeads(world(), start + 2);
    await record();
    expect(await names()).to.include("settlement.leg.deposited");
  });

  it("tells of a verdict without a creation as the timeout that it is", async () => {
    const place = { block: start + 1 };
    await indexLog(world(), hash, "coordinator", "VerdictTaken", { verdict: 2 }, place);
    const { db } = world();
    const indexed = (created: boolean) =>
      db
        .insertInto("indexer.settlement")
        .values({
          chain_id: BigInt(HOME),
          settlement_hash: hash,
          ref: null,
          ruleset: null,
          terms: null,
          created,
          state: "TIMED_OUT",
          verdict: "rollback",
          transition_count: 0,
          block_number: BigInt(place.block),
          block_hash: blockHash(place),
          block_timestamp: 1n,
          tx_hash: blockHash(place),
        })
        .onConflict((conflict) => conflict.columns(["chain_id", "settlement_hash"]).doUpdateSet({ created }))
        .execute();
    await setHeads(world(), start + 2);
    await indexed(true);
    await record();
    expect(await names()).to.have.length(1);
    await indexed(false);
    await record();
    const [, event] = await told(trade.seller);
    expect(event.event).to.equal("settlement.state.timed_out");
    expect(event.data).to.deep.include({ state: "TIMED_OUT", previous_state: "INSTRUCTED", sequence: 2 });
  });

  it("goes on through more logs than one transaction takes", async () => {
    const count = 450;
    for (let logIndex = 0; logIndex < count; logIndex++) {
      await indexLog(world(), hash, "escrow", "LegReleased", { legIndex: 0 }, { block: start + 1, logIndex });
    }
    await setHeads(world(), start + 30);
    await record();
    const { rows } = await world()
      .db.selectFrom("keystone.event")
      .select((eb) => eb.fn.countAll<bigint>().as("count"))
      .where("environment_id", "=", trade.seller.environmentId)
      .where("event", "=", "settlement.leg.released")
      .execute()
      .then((found) => ({ rows: found }));
    expect(rows[0]?.count).to.equal(BigInt(count));
  });

  it("tells of a screening when all of it is made, each outcome once, with the receiver's own checks", async () => {
    const { db } = world();
    const { parties, template_config } = await settlementParts();
    const kinds = [
      ...template_config.entity_providers.map((provider) => ["entity", provider] as const),
      ...template_config.wallet_providers.map((provider) => ["wallet", provider] as const),
    ];
    const checks: { id: string; environment: string }[] = [];
    for (const party of parties) {
      for (const [check_type, provider] of kinds) {
        const id = randomUUID();
        checks.push({ id, environment: party.environment_id });
        const status = checks.length === 1 ? "flagged" : "pass";
        await db
          .insertInto("keystone.compliance_check")
          .values({
            id,
            settlement_id: trade.settlementId,
            party_id: party.id,
            check_type,
            provider,
            status,
            reference_id: null,
            matched_lists: null,
            decided_by: null,
            decision_reason: null,
          })
          .execute();
        if (checks.length < parties.length * kinds.length) {
          await record();
          expect(await names()).to.have.length(1);
        }
      }
    }
    await record();
    const decide = async (status: "flagged" | "pass") => {
      const id = checks[0]?.id as string;
      await db.updateTable("keystone.compliance_check").set({ status }).where("id", "=", id).execute();
      await record();
    };
    await decide("flagged");
    await decide("pass");
    await decide("pass");
    for (const tenant of [trade.seller, trade.buyer]) {
      const own = checks.filter(({ environment }) => environment === tenant.environmentId).map(({ id }) => id);
      const outcomes = (await told(tenant)).slice(1);
      expect(outcomes.map(({ event }) => event)).to.deep.equal([
        "settlement.compliance.flagged",
        "settlement.compliance.cleared",
      ]);
      for (const { data } of outcomes) {
        expect(data.check_ids).to.have.members(own);
        expect(data.check_ids).to.have.length(kinds.length);
        expect(data.state).to.equal("INSTRUCTED");
      }
    }

    async function settlementParts() {
      const rows = await db
        .selectFrom("keystone.party")
        .select(["id", "environment_id"])
        .where("settlement_id", "=", trade.settlementId)
        .execute();
      const { config } = await db
        .selectFrom("keystone.settlement")
        .innerJoin("keystone.template", "keystone.template.id", "keystone.settlement.template_id")
        .select("config")
        .where("keystone.settlement.id", "=", trade.settlementId)
        .executeTakeFirstOrThrow();
      return { parties: rows, template_config: config.compliance };
    }
  });

  it("tells of each round of screening anew, each outcome once", async () => {
    const outcomes = async () => (await names()).slice(1).map((name) => name.slice("settlement.compliance.".length));
    const { db } = world();
    const screenAgain = async (round: number, status: "flagged" | "pass") => {
      await db.deleteFrom("keystone.compliance_check").where("settlement_id", "=", trade.settlementId).execute();
      await screenTrade(world(), trade, { buyer_wallet: "pending" }, round);
      await record();
      await db
        .updateTable("keystone.compliance_check")
        .set({ status })
        .where("settlement_id", "=", trade.settlementId)
        .where("status", "=", "pending")
        .execute();
      await record();
      await record();
    };
    await screenAgain(1, "pass");
    expect(await outcomes()).to.deep.equal(["cleared"]);
    await screenAgain(2, "pass");
    expect(await outcomes()).to.deep.equal(["cleared", "cleared"]);
    await screenAgain(3, "flagged");
    expect(await outcomes()).to.deep.equal(["cleared", "cleared", "flagged"]);
    const ids = (await told(trade.seller)).map(({ id }) => id);
    expect(new Set(ids).size).to.equal(4);
  });
});
