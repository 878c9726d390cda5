import { expect } from "chai";
import { adminDo, agreedTrade, intentsOf, interventionsLogged } from "../../support/admin.ts";
import { indexState, setHeads } from "../../support/facts.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/admin/settlements/{settlement_id}/rollback 200", () => {
  const world = useWorld();
  before(() => setHeads(world(), 200));

  it("asks for ROLLED_BACK until COMPLIANCE_CLEARED", async () => {
    for (const state of ["INSTRUCTED", "COMPLIANCE_CHECKING", "COMPLIANCE_CLEARED"] as const) {
      const { settlementId, hash } = await agreedTrade(world());
      await indexState(world(), hash, state);
      const { status, body } = await adminDo(world(), `/settlements/${settlementId}/rollback`);
      expect(status).to.equal(200);
      expect(body).to.include({ action: "rollback", status: "submitted", current_state: state });
      const [intent] = await intentsOf(world(), settlementId);
      expect(intent).to.include({ id: body.intent_id, kind: "rollback", target_state: "ROLLED_BACK" });
    }
  });

  it("says already_done of a settlement that is at an end, and adds nothing", async () => {
    for (const state of ["ROLLED_BACK", "TIMED_OUT", "FINALIZED"]) {
      const { settlementId, hash } = await agreedTrade(world());
      await indexState(world(), hash, "INSTRUCTED");
      const ended = { state, verdict: state === "FINALIZED" ? ("execute" as const) : ("rollback" as const) };
      await world().db.updateTable("indexer.settlement").set(ended).where("settlement_hash", "=", hash).execute();
      const { status, body } = await adminDo(world(), `/settlements/${settlementId}/rollback`);
      expect(status).to.equal(200);
      expect(body).to.include({ status: "already_done", current_state: state, intent_id: null });
      expect(await intentsOf(world(), settlementId)).to.deep.equal([]);
      expect(await interventionsLogged(world(), settlementId)).to.deep.equal([]);
    }
  });
});
