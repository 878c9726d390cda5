import { expect } from "chai";
import { adminDo, agreedTrade, CONFIRMED, intentsOf, interventionsLogged, OPERATOR } from "../../support/admin.ts";
import { checkRows, decisionPath, screenTrade } from "../../support/checks.ts";
import { showState } from "../../support/repos.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/admin/settlements/{settlement_id}/compliance-override", () => {
  const world = useWorld();
  const decide = (id: string, decision: string) =>
    adminDo(world(), `/settlements/${id}/compliance-override`, { ...CONFIRMED, decision });

  it("200 decides every flagged check of all sides, and stores one intent with its warning", async () => {
    for (const [decision, status] of [
      ["approve", "pass"],
      ["reject", "fail"],
    ] as const) {
      const trade = await agreedTrade(world());
      await showState(world(), trade.hash, "COMPLIANCE_CHECKING");
      const checks = await screenTrade(world(), trade, { seller_entity: "flagged", buyer_wallet: "flagged" });
      const flagged = checks.filter(({ side, check_type }) => (side === "seller") === (check_type === "entity"));
      const answer = await decide(trade.settlementId, decision);
      expect(answer.status).to.equal(200);
      const [intent, ...more] = await intentsOf(world(), trade.settlementId);
      expect(more).to.deep.equal([]);
      expect(intent).to.include({ kind: "compliance_override", target_state: null, evidence_hash: null });
      expect(answer.body).to.deep.equal({
        settlement_id: trade.settlementId,
        previous_state: "COMPLIANCE_CHECKING",
        current_state: "COMPLIANCE_CHECKING",
        action: "compliance_override",
        status: "submitted",
        intent_id: intent?.id,
      });
      for (const row of await checkRows(world(), trade)) {
        const decided = flagged.some(({ id }) => id === row.id);
        const by = { status, decided_by: `admin:${OPERATOR}`, decision_reason: CONFIRMED.reason };
        expect(row).to.include(decided ? by : { status: "pass", decided_by: null });
      }
      const [row] = await interventionsLogged(world(), trade.settlementId);
      expect(row?.severity).to.equal("warning");
      expect(row?.detail).to.deep.include({ decision, check_ids: flagged.map(({ id }) => id).sort(), confirm: true });
    }
  });

  it("409 where nothing is flagged, everything is decided, or the verdict is taken; and adds nothing", async () => {
    const [none, decided, ended] = [await agreedTrade(world()), await agreedTrade(world()), await agreedTrade(world())];
    await screenTrade(world(), none, { seller_entity: "fail", buyer_entity: "error" });
    await screenTrade(world(), decided, { seller_entity: "flagged" });
    const json = { decision: "reject", reason: "Not ours" };
    await world().call("POST", decisionPath(decided), { token: decided.seller.token, json });
    await screenTrade(world(), ended, { seller_entity: "flagged" });
    await showState(world(), ended.hash, "TIMED_OUT", "rollback");
    for (const { settlementId } of [none, decided, ended]) {
      const { status, body } = await decide(settlementId, "approve");
      expect([status, body.code]).to.deep.equal([409, "not_awaiting_compliance_decision"]);
      expect(await intentsOf(world(), settlementId)).to.deep.equal([]);
      expect(await interventionsLogged(world(), settlementId)).to.deep.equal([]);
    }
  });

  it("has one effect when many operators decide at once, whatever they decide", async () => {
    const trade = await agreedTrade(world());
    await screenTrade(world(), trade, { seller_entity: "flagged", buyer_entity: "flagged" });
    const decisions = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? "approve" : "reject"));
    const answers = await Promise.all(decisions.map((decision) => decide(trade.settlementId, decision)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, ...Array(7).fill(409)]);
    const winner = decisions[answers.findIndex(({ status }) => status === 200)];
    const rows = (await checkRows(world(), trade)).filter((row) => row.decided_by !== null);
    expect(rows.map(({ status }) => status)).to.deep.equal(Array(2).fill(winner === "approve" ? "pass" : "fail"));
    expect(await intentsOf(world(), trade.settlementId)).to.have.length(1);
  });

  it("422 for another decision, 404 for no settlement", async () => {
    const { settlementId } = await agreedTrade(world());
    for (const decision of ["waive", "", null, undefined]) {
      const json = { ...CONFIRMED, decision };
      const { status, body } = await adminDo(world(), `/settlements/${settlementId}/compliance-override`, json);
      expect(status).to.equal(422);
      expect(body.detail[0].loc).to.deep.equal(["body", "decision"]);
    }
    expect((await decide(crypto.randomUUID(), "approve")).status).to.equal(404);
  });
});
