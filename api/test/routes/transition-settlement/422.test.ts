import { expect } from "chai";
import { adminDo, agreedTrade, CONFIRMED, intentsOf } from "../../support/admin.ts";
import { indexState, setHeads } from "../../support/facts.ts";
import { useWorld } from "../../support/world.ts";

describe("interventions 422", () => {
  const world = useWorld();
  let settlementId: string;
  before(async () => {
    await setHeads(world(), 200);
    const trade = await agreedTrade(world());
    settlementId = trade.settlementId;
    await indexState(world(), trade.hash, "INSTRUCTED");
  });
  afterEach(async () => expect(await intentsOf(world(), settlementId)).to.deep.equal([]));

  const actions = {
    transition: { target_state: "COMPLIANCE_CHECKING" },
    rollback: {},
    retry: {},
    "trigger-maturity": {},
  };
  for (const [action, rest] of Object.entries(actions)) {
    const send = (json: unknown) => adminDo(world(), `/settlements/${settlementId}/${action}`, json);

    it(`${action} needs a reason`, async () => {
      for (const reason of [undefined, null, "", "  \n"]) {
        const { status, body } = await send({ ...rest, ...CONFIRMED, reason });
        expect({ status, code: body.code, context: body.context }).to.deep.equal({
          status: 422,
          code: "reason_required",
          context: { loc: ["body", "reason"] },
        });
      }
    });

    it(`${action} needs to be meant`, async () => {
      for (const confirm of [undefined, null, false]) {
        const { status, body } = await send({ ...rest, ...CONFIRMED, confirm });
        expect({ status, code: body.code, context: body.context }).to.deep.equal({
          status: 422,
          code: "confirm_required",
          context: { loc: ["body", "confirm"] },
        });
      }
    });

    it(`${action} takes no other shape, and names what is wrong`, async () => {
      const cases: [Record<string, unknown>, string][] = [
        [{ reason: "a".repeat(2001) }, "reason"],
        [{ reason: 5 }, "reason"],
        [{ reason: "a\u0000" }, "reason"],
        [{ confirm: "true" }, "confirm"],
        [{ confirm: 1 }, "confirm"],
        [{ force: true }, "force"],
      ];
      for (const [change, field] of cases) {
        const { status, body } = await send({ ...rest, ...CONFIRMED, ...change });
        expect(status).to.equal(422);
        expect(body.code).to.equal("validation_error");
        expect(body.detail.map(({ loc }: { loc: unknown }) => loc)).to.deep.equal([["body", field]]);
      }
    });
  }

  it("transition takes a state of the settlement's template only", async () => {
    for (const target_state of ["NOWHERE", "AWAITING_MATURITY", "", 5, null, undefined]) {
      const answer = await adminDo(world(), `/settlements/${settlementId}/transition`, { ...CONFIRMED, target_state });
      expect(answer.status, String(target_state)).to.equal(422);
      expect(answer.body.code).to.equal("validation_error");
      expect(answer.body.detail[0].loc).to.deep.equal(["body", "target_state"]);
    }
  });

  it("404 for no settlement", async () => {
    for (const [action, rest] of Object.entries(actions)) {
      for (const id of ["none", "8b0e3a51-0f0e-4c8e-9d55-1f2f6d3a9c11"]) {
        const { status, body } = await adminDo(world(), `/settlements/${id}/${action}`, { ...rest, ...CONFIRMED });
        expect(status).to.equal(404);
        expect(body.detail).to.equal("Settlement not found");
      }
    }
  });
});
