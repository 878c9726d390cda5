import { expect } from "chai";
import { sql } from "kysely";
import { adminDo, agreedTrade, intentsOf, interventionsLogged } from "../../support/admin.ts";
import { setHeads } from "../../support/facts.ts";
import { matchRepo, type Repo, showState } from "../../support/repos.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/admin/settlements/{settlement_id}/trigger-maturity", () => {
  const world = useWorld();
  const now = () => Math.floor(Date.now() / 1000);
  const trigger = (id: string) => adminDo(world(), `/settlements/${id}/trigger-maturity`);

  /** A repo whose opening has ended so; the coordinator's clock stands before its maturity, or at it. */
  async function waiting(opening: "FINALIZED" | "TIMED_OUT", mature: boolean): Promise<Repo> {
    const repo = await matchRepo(world());
    await showState(world(), repo.opening.settlement_hash, opening, opening === "FINALIZED" ? "execute" : "rollback");
    await showState(world(), repo.closing.settlement_hash, "AWAITING_MATURITY");
    await setHeads(world(), 1000, mature ? repo.closing.terms.notBefore : repo.closing.terms.notBefore - 1);
    return repo;
  }
  after(() => setHeads(world(), 1000, now()));

  it("200 has the closing's opening tried anew at maturity, by either id, once", async () => {
    const { opening, closing } = await waiting("FINALIZED", true);
    const first = await trigger(opening.id);
    expect(first.status).to.equal(200);
    expect(first.body).to.include({
      settlement_id: closing.id,
      action: "trigger_maturity",
      status: "submitted",
      current_state: "AWAITING_MATURITY",
    });
    const second = await trigger(closing.id);
    expect(second.body).to.include({
      status: "already_done",
      intent_id: first.body.intent_id,
      settlement_id: closing.id,
    });
    const [intent, ...more] = await intentsOf(world(), closing.id);
    expect(more).to.deep.equal([]);
    expect(intent).to.include({ kind: "trigger_maturity", target_state: null });
    expect(await intentsOf(world(), opening.id)).to.deep.equal([]);
    expect(await interventionsLogged(world(), closing.id)).to.have.length(1);
  });

  it("200 already_done once it has opened", async () => {
    const { closing } = await waiting("FINALIZED", true);
    await showState(world(), closing.settlement_hash, "INSTRUCTED");
    expect((await trigger(closing.id)).body).to.include({ status: "already_done", current_state: "INSTRUCTED" });
    expect(await intentsOf(world(), closing.id)).to.deep.equal([]);
  });

  it("409 a second before maturity, for the closing has no operator", async () => {
    const { opening, closing } = await waiting("FINALIZED", false);
    for (const id of [opening.id, closing.id]) {
      const { status, body } = await trigger(id);
      expect([status, body.code]).to.deep.equal([409, "transition_not_allowed_on_chain"]);
      expect(body.context).to.deep.equal({ allowed_targets: [] });
    }
    expect(await intentsOf(world(), closing.id)).to.deep.equal([]);
  });

  it("409 when the opening ended without FINALIZED: the closing never opens", async () => {
    const { closing } = await waiting("TIMED_OUT", true);
    expect((await trigger(closing.id)).body.code).to.equal("transition_not_allowed_on_chain");
    await showState(world(), closing.settlement_hash, "TIMED_OUT", "rollback");
    expect((await trigger(closing.id)).body.code).to.equal("settlement_terminal");
    expect(await intentsOf(world(), closing.id)).to.deep.equal([]);
  });

  it("409 for what is no repo", async () => {
    const { settlementId } = await agreedTrade(world());
    const { status, body } = await trigger(settlementId);
    expect([status, body.code]).to.deep.equal([409, "transition_not_allowed_on_chain"]);
  });

  it("leaves a closing that waits for its maturity out of what is stuck", async () => {
    const { closing, seller } = await waiting("FINALIZED", false);
    await world()
      .db.updateTable("keystone.settlement")
      .set({ created_at: sql<Date>`now() - interval '1 day'` })
      .where("id", "=", closing.id)
      .execute();
    const { adminGet } = await import("../../support/admin.ts");
    const { body } = await adminGet(
      world(),
      `/settlements/stuck?platform_id=${seller.platformId}&state=AWAITING_MATURITY`,
    );
    expect(body.items).to.deep.equal([]);
  });
});
