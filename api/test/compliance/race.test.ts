import { shippedTemplates } from "@keystoneos/protocol";
import { transaction } from "@keystoneos/store";
import { expect } from "chai";
import { beginRound } from "../../../relayer/src/act/begin-round.ts";
import { decideChecks } from "../../src/services/compliance/decide-checks.ts";
import { checkRows, decisionPath, screenTrade } from "../support/checks.ts";
import type { Answer } from "../support/client.ts";
import { testDeployment } from "../support/deployment.ts";
import { meetAtSettlement } from "../support/hold.ts";
import { matchTrade, type Trade } from "../support/trades.ts";
import { useWorld } from "../support/world.ts";

describe("simultaneous decisions", function () {
  this.timeout(60_000);
  const world = useWorld();

  const decide = (trade: Trade, who: "seller" | "buyer", decision: "approve" | "reject") =>
    world().call("POST", decisionPath(trade), { token: trade[who].token, json: { decision } });
  const decisionsLogged = async (trade: Trade) => {
    const rows = await world()
      .db.selectFrom("keystone.activity_log")
      .select("type")
      .where("resource_id", "=", trade.settlementId)
      .where("category", "=", "compliance")
      .execute();
    return rows.map(({ type }) => type);
  };

  it("of one side have one effect, that of the one which is answered 200", async () => {
    for (let round = 0; round < 5; round++) {
      const trade = await matchTrade(world());
      await screenTrade(world(), trade, { seller_entity: "flagged", seller_wallet: "flagged" });
      const racers = () =>
        Array.from({ length: 16 }, (_, index) => decide(trade, "seller", index % 2 === 0 ? "approve" : "reject"));
      const answers = await meetAtSettlement(world(), trade.settlementId, racers);
      const won = answers.filter(({ status }) => status === 200);
      expect(won).to.have.length(1);
      expect(answers.filter(({ body }) => body.code === "not_awaiting_compliance_decision")).to.have.length(15);
      const status = answers.indexOf(won[0] as Answer) % 2 === 0 ? "pass" : "fail";
      const decided = (await checkRows(world(), trade)).filter((row) => row.decided_by !== null);
      expect(decided.map((row) => row.status)).to.deep.equal([status, status]);
      expect(await decisionsLogged(trade)).to.deep.equal([
        status === "pass" ? "compliance.approved" : "compliance.rejected",
      ]);
    }
  });

  it("of two sides do not touch each other", async () => {
    const trade = await matchTrade(world());
    const checks = await screenTrade(world(), trade, { seller_entity: "flagged", buyer_entity: "flagged" });
    const racers = () =>
      Array.from({ length: 16 }, (_, index) =>
        index % 2 === 0 ? decide(trade, "seller", "approve") : decide(trade, "buyer", "reject"),
      );
    const answers = await meetAtSettlement(world(), trade.settlementId, racers);
    expect(answers.filter(({ status }) => status === 200)).to.have.length(2);
    for (const row of await checkRows(world(), trade)) {
      const check = checks.find(({ id }) => id === row.id);
      const expected = check?.check_type === "wallet" || check?.side === "seller" ? "pass" : "fail";
      expect(row.status).to.equal(expected);
    }
  });

  it("and a new round of screening come one after the other: a decision is about the checks it was made for, or about none", async () => {
    const template = shippedTemplates(testDeployment()).find(({ slug }) => slug === "dvp-cross-chain");
    const { entity_providers, wallet_providers } = template?.config.compliance ?? {};
    for (let turn = 0; turn < 12; turn++) {
      const trade = await matchTrade(world());
      const flagged = await screenTrade(world(), trade, { seller_entity: "flagged" });
      const { db, deps, decider } = { ...world(), decider: trade.seller };
      const parties = await db
        .selectFrom("keystone.party")
        .select("id")
        .where("settlement_id", "=", trade.settlementId)
        .execute();
      const facts = {
        settlementId: trade.settlementId,
        parties,
        providers: { entity: entity_providers ?? [], wallet: wallet_providers ?? [] },
        rounds: [],
      };
      const screenAgain = () => beginRound({ db, log: deps.log }, facts, "AWAITING_DEPOSITS").then(() => null);
      const decisions = () => Array.from({ length: 4 }, () => decide(trade, "seller", "approve"));
      const screenings = () => [screenAgain(), screenAgain()];
      const waves: (() => Promise<Answer | null>[])[] =
        turn % 2 === 0 ? [screenings, decisions] : [decisions, screenings];
      const answers = (await meetAtSettlement(world(), trade.settlementId, ...waves)).filter((one) => one !== null);
      const won = answers.filter(({ status }) => status === 200).length;
      expect(won).to.equal(turn % 2 === 0 ? 0 : 1);

      const present = await checkRows(world(), trade);
      expect(present.map((row) => [row.status, row.round, row.decided_by])).to.deep.equal(
        Array(4).fill(["pending", 2, null]),
      );
      const past = await db
        .selectFrom("keystone.past_compliance_check")
        .selectAll()
        .where("settlement_id", "=", trade.settlementId)
        .execute();
      expect(past.map(({ id }) => id)).to.have.members(flagged.map(({ id }) => id));
      const decided = past.filter((row) => row.decided_by !== null);
      expect(decided.map((row) => row.decided_by)).to.deep.equal(won === 1 ? [`m2m:${decider.environmentId}`] : []);
      expect(await decisionsLogged(trade)).to.have.length(won);
    }
  });

  it("decide all parties where that is asked for", async () => {
    const trade = await matchTrade(world());
    const checks = await screenTrade(world(), trade, { seller_entity: "flagged", buyer_entity: "flagged" });
    const decided = await transaction(world().db, (trx) =>
      decideChecks(trx, {
        settlementId: trade.settlementId,
        environmentId: null,
        decision: "reject",
        decidedBy: "admin:user|keystone",
        reason: "Sanctioned since today",
      }),
    );
    const entities = checks.filter(({ check_type }) => check_type === "entity").map(({ id }) => id);
    expect(decided).to.deep.equal(entities.sort());
    const rows = (await checkRows(world(), trade)).filter((row) => row.decided_by !== null);
    expect(rows.map((row) => [row.status, row.decided_by, row.decision_reason])).to.deep.equal(
      Array(2).fill(["fail", "admin:user|keystone", "Sanctioned since today"]),
    );
  });
});
