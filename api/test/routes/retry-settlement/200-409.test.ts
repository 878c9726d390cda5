import { expect } from "chai";
import { adminDo, agreedTrade, intentsOf, interventionsLogged } from "../../support/admin.ts";
import { indexState, setHeads } from "../../support/facts.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/admin/settlements/{settlement_id}/retry", () => {
  const world = useWorld();
  before(() => setHeads(world(), 200));
  const retry = (settlementId: string) => adminDo(world(), `/settlements/${settlementId}/retry`);

  it("200 before the settlement is on chain too", async () => {
    const { settlementId } = await agreedTrade(world());
    const { status, body } = await retry(settlementId);
    expect(status).to.equal(200);
    expect(body).to.include({ action: "retry", status: "submitted", current_state: "INSTRUCTED" });
    const [intent] = await intentsOf(world(), settlementId);
    expect(intent).to.include({ id: body.intent_id, kind: "retry", target_state: null, evidence_hash: null });
    const [row] = await interventionsLogged(world(), settlementId);
    expect(row?.detail).to.deep.equal({
      action: "retry",
      reason: "The mandate was withdrawn",
      confirm: true,
      intent_id: body.intent_id,
      state: "INSTRUCTED",
    });
  });

  it("200 already_done while the relayer has not come to it, and anew afterwards", async () => {
    const { settlementId } = await agreedTrade(world());
    const first = await retry(settlementId);
    expect((await retry(settlementId)).body).to.include({ status: "already_done", intent_id: first.body.intent_id });
    await world().db.updateTable("keystone.intent").set({ status: "done" }).where("kind", "=", "retry").execute();
    const second = await retry(settlementId);
    expect(second.body.status).to.equal("submitted");
    expect(second.body.intent_id).to.not.equal(first.body.intent_id);
  });

  it("409 settlement_terminal at an end", async () => {
    const { settlementId, hash } = await agreedTrade(world());
    await indexState(world(), hash, "FINALIZED");
    const { status, body } = await retry(settlementId);
    expect({ status, code: body.code }).to.deep.equal({ status: 409, code: "settlement_terminal" });
    expect(await intentsOf(world(), settlementId)).to.deep.equal([]);
  });
});
