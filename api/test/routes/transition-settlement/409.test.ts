import { expect } from "chai";
import { adminDo, agreedTrade, CONFIRMED, intentsOf, interventionsLogged } from "../../support/admin.ts";
import { type ForwardState, indexAttestation, indexState, setHeads } from "../../support/facts.ts";
import { operatorToken } from "../../support/members.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/admin/settlements/{settlement_id}/transition 409", () => {
  const world = useWorld();
  before(() => setHeads(world(), 200));

  async function refused(settlementId: string, target_state: string) {
    const answer = await adminDo(world(), `/settlements/${settlementId}/transition`, { ...CONFIRMED, target_state });
    expect(answer.status).to.equal(409);
    expect(await intentsOf(world(), settlementId)).to.deep.equal([]);
    expect(await interventionsLogged(world(), settlementId)).to.deep.equal([]);
    return answer.body;
  }

  it("names the states that a step may lead to now, and by which gate", async () => {
    const manual = { target: "ROLLED_BACK", gate: "MANUAL" };
    const cases: [ForwardState, string, unknown[]][] = [
      ["INSTRUCTED", "COMPLIANCE_CLEARED", [{ target: "COMPLIANCE_CHECKING", gate: "NONE" }, manual]],
      ["COMPLIANCE_CHECKING", "COMPLIANCE_CLEARED", [manual]],
      ["COMPLIANCE_CHECKING", "INSTRUCTED", [manual]],
      ["COMPLIANCE_CLEARED", "TIMED_OUT", [{ target: "AWAITING_DEPOSITS", gate: "NONE" }, manual]],
      ["AWAITING_DEPOSITS", "ROLLED_BACK", []],
      ["AWAITING_DEPOSITS", "EXECUTING_SWAP", []],
      ["EXECUTING_SWAP", "FINALIZED", []],
    ];
    for (const [state, target, allowed_targets] of cases) {
      const { settlementId, hash } = await agreedTrade(world());
      await indexState(world(), hash, state);
      const body = await refused(settlementId, target);
      expect(body.code, `${state} to ${target}`).to.equal("transition_not_allowed_on_chain");
      expect(body.context).to.deep.equal({ allowed_targets });
    }
  });

  it("opens a gate by what the chain shows alone", async () => {
    const { settlementId, hash, settlement } = await agreedTrade(world());
    await indexState(world(), hash, "COMPLIANCE_CHECKING");
    await indexAttestation(world(), hash, settlement.terms, 3);
    expect((await refused(settlementId, "COMPLIANCE_CLEARED")).context.allowed_targets).to.deep.equal([
      { target: "ROLLED_BACK", gate: "COMPLIANCE_FAILED" },
      { target: "ROLLED_BACK", gate: "MANUAL" },
    ]);
    await indexAttestation(world(), hash, settlement.terms, 1, 2);
    const body = { ...CONFIRMED, target_state: "COMPLIANCE_CLEARED" };
    expect((await adminDo(world(), `/settlements/${settlementId}/transition`, body)).status).to.equal(200);
  });

  it("has nowhere to go before the settlement is on chain", async () => {
    const { settlementId } = await agreedTrade(world());
    const body = await refused(settlementId, "ROLLED_BACK");
    expect(body.code).to.equal("transition_not_allowed_on_chain");
    expect(body.context).to.deep.equal({ allowed_targets: [] });
  });

  it("leaves a MANUAL edge to the operator that the terms name", async () => {
    const { settlementId, hash } = await agreedTrade(world());
    await indexState(world(), hash, "INSTRUCTED");
    const { deployment } = world().deps;
    const operator = "0x9999999999999999999999999999999999999999" as const;
    const other = { ...deployment, templates: { ...deployment.templates, operator } };
    const { call } = await world().serve({ deployment: other });
    const { status, body } = await call("POST", `/v1/admin/settlements/${settlementId}/rollback`, {
      token: await operatorToken(world()),
      json: CONFIRMED,
    });
    expect(status).to.equal(409);
    expect(body.context.allowed_targets).to.deep.equal([{ target: "COMPLIANCE_CHECKING", gate: "NONE" }]);
  });

  it("settlement_terminal at an end", async () => {
    const { settlementId, hash } = await agreedTrade(world());
    await indexState(world(), hash, "FINALIZED");
    expect((await refused(settlementId, "ROLLED_BACK")).code).to.equal("settlement_terminal");
  });
});
