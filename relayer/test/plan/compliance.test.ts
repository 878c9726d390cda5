import { expect } from "chai";
import { nameOf } from "../../src/act/act.ts";
import type { Facts } from "../../src/facts/types.ts";
import { plan } from "../../src/plan/plan.ts";
import { A, B, cleared, created, dvp, factsOf, NOW, policy, T0 } from "../support/facts.ts";

const names = (facts: Facts, now = NOW) => plan(facts, now, policy).map(nameOf);

describe("plan: compliance", () => {
  const terms = dvp(A, B);
  const coordinator = created("COMPLIANCE_CHECKING");

  it("screens every party in the screening state only", () => {
    expect(names(factsOf(terms, { coordinator }))).to.deep.equal(["screen"]);
    const [action] = plan(factsOf(terms, { coordinator }), NOW, policy);
    expect(action).to.deep.include({ type: "screen" });
    expect(action).to.have.property("checks").with.length(4);
    expect(names(factsOf(terms, { coordinator: created("INSTRUCTED") }))).to.not.include("screen");
  });

  it("makes a check again that ended in an error, and no other", () => {
    const { checks } = cleared(terms);
    const failing = checks.map((check, index) => (index === 2 ? { ...check, status: "error" as const } : check));
    const [action] = plan(factsOf(terms, { coordinator, checks: failing }), NOW, policy);
    expect(action).to.deep.equal({
      type: "screen",
      checks: [{ partyId: "party-1", checkType: "entity", provider: "sanctions_list" }],
    });
  });

  it("signs one statement about all positions once every check is there", () => {
    const { checks } = cleared(terms);
    const statuses = checks.map((check, index) => ({
      ...check,
      status: (["pass", "flagged", "pass", "pass"] as const)[index] ?? "pass",
    }));
    expect(plan(factsOf(terms, { coordinator, checks: statuses }), NOW, policy)).to.deep.equal([
      { type: "sign", statuses: [1, 2, 1, 1], sequence: 1n },
    ]);
  });

  it("does not wait with a failure for the other checks", () => {
    const { checks } = cleared(terms);
    const one = checks.slice(3).map((check) => ({ ...check, status: "fail" as const }));
    expect(plan(factsOf(terms, { coordinator, checks: one }), NOW, policy).at(-1)).to.deep.equal({
      type: "sign",
      statuses: [0, 0, 0, 3],
      sequence: 1n,
    });
  });

  it("says nothing about a commitment that it cannot open", () => {
    const { checks } = cleared(terms);
    const facts = factsOf(terms, { coordinator, checks });
    const parties = facts.parties.map((party, position) =>
      position === 1 ? { ...party, holdsSecret: { entity: true, wallet: false } } : party,
    );
    expect(plan({ ...facts, parties }, NOW, policy)).to.deep.equal([
      { type: "sign", statuses: [1, 1, 1, 0], sequence: 1n },
    ]);
  });

  it("sends what was signed and is not on chain, signs anew only what changed, above every sequence used", () => {
    const { checks, signed } = cleared(terms);
    expect(names(factsOf(terms, { coordinator, checks, signed }))).to.deep.equal([`attest:${A}:1`]);
    const statements = [{ attester: factsOf().attester, sequence: 7n, statuses: [1, 1, 1, 2], validUntil: T0 + 9999 }];
    expect(plan(factsOf(terms, { coordinator, checks, statements }), NOW, policy)).to.deep.equal([
      { type: "sign", statuses: [1, 1, 1, 1], sequence: 8n },
    ]);
  });

  it("attests nothing that the terms do not ask of it", () => {
    const stranger = factsOf(
      { ...terms, attesters: [`0x${"1".repeat(40)}`] },
      { coordinator, ...cleared(terms), statements: [], signed: [] },
    );
    expect(names(stranger)).to.deep.equal([]);
  });
});
