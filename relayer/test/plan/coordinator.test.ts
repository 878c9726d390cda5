import { expect } from "chai";
import { nameOf } from "../../src/act/act.ts";
import type { Facts } from "../../src/facts/types.ts";
import { plan } from "../../src/plan/plan.ts";
import { A, B, cleared, created, dvp, escrow, factsOf, heads, legsIn, NOW, policy } from "../support/facts.ts";

const names = (facts: Facts, now = NOW) => plan(facts, now, policy).map(nameOf);

describe("plan: coordinator", () => {
  it("creates what nobody has created", () => {
    expect(names(factsOf())).to.deep.equal([`create:${A}:`]);
  });

  it("does nothing on a chain that is not indexed yet", () => {
    expect(names(factsOf(dvp(A, B), { heads: new Map() }))).to.deep.equal([]);
  });

  it("times out by the chain's clock, created or not, and never before", () => {
    const terms = dvp(A, B);
    const at = (seconds: number, coordinator: Facts["coordinator"]) =>
      names(factsOf(terms, { heads: heads(seconds), coordinator }));
    expect(at(659, null)).to.deep.equal([`create:${A}:`]);
    expect(at(660, null)).to.deep.equal([`timeout:${A}:`]);
    expect(at(660, created("AWAITING_DEPOSITS"))).to.deep.equal([`timeout:${A}:`]);
    expect(at(660, created("INSTRUCTED"))).to.include(`timeout:${A}:`);
  });

  it("does not create after a verdict that came without creation", () => {
    const coordinator = { created: false, state: "TIMED_OUT", verdict: "rollback" as const, blockNumber: 90n };
    expect(names(factsOf(dvp(A, B), { coordinator, heads: heads(1) }))).to.not.include(`create:${A}:`);
  });

  it("advances from each state as soon as its gate holds", () => {
    const terms = dvp(A, B);
    expect(names(factsOf(terms, { coordinator: created("INSTRUCTED") }))).to.deep.equal([`advance:${A}:INSTRUCTED`]);
    expect(names(factsOf(terms, { coordinator: created("COMPLIANCE_CHECKING") }))).to.not.include(
      `advance:${A}:COMPLIANCE_CHECKING`,
    );
    expect(names(factsOf(terms, { coordinator: created("COMPLIANCE_CHECKING"), ...cleared(terms) }))).to.deep.equal([
      `advance:${A}:COMPLIANCE_CHECKING`,
    ]);
    expect(names(factsOf(terms, { coordinator: created("AWAITING_DEPOSITS"), ...cleared(terms) }))).to.deep.equal([]);
    const reported = new Map([A, B].map((chain) => [chain, escrow({ locked: true, lockReported: true })]));
    expect(
      names(factsOf(terms, { coordinator: created("AWAITING_DEPOSITS"), ...cleared(terms), escrows: reported })),
    ).to.deep.equal([`advance:${A}:AWAITING_DEPOSITS`]);
  });

  it("takes a veto at any state before the verdict, and no clearance that ends before the deadline", () => {
    const terms = dvp(A, B);
    const word = cleared(terms);
    const veto = word.statements.map((statement) => ({ ...statement, statuses: [1, 1, 1, 3] }));
    for (const state of ["COMPLIANCE_CHECKING", "AWAITING_DEPOSITS"]) {
      const facts = factsOf(terms, { coordinator: created(state), ...word, statements: veto });
      expect(names(facts)).to.include(`advance:${A}:${state}`);
    }
    const short = word.statements.map((statement) => ({ ...statement, validUntil: terms.settleDeadline - 1 }));
    expect(
      names(factsOf(terms, { coordinator: created("COMPLIANCE_CHECKING"), ...word, statements: short })),
    ).to.deep.equal([]);
  });

  it("finalizes when every escrow has reported", () => {
    const terms = dvp(A, B);
    const escrows = (b: boolean) =>
      new Map([
        [A, escrow({ locked: true, lockReported: true, verdict: "execute", releaseReported: true })],
        [B, escrow({ locked: true, lockReported: true, verdict: "execute", releaseReported: b })],
      ]);
    const facts = { coordinator: created("EXECUTING_SWAP", "execute"), legs: legsIn("released", 2) };
    expect(names(factsOf(terms, { ...facts, escrows: escrows(true) }))).to.deep.equal([`advance:${A}:EXECUTING_SWAP`]);
    expect(names(factsOf(terms, { ...facts, escrows: escrows(false) }))).to.deep.equal([`notify_released:${B}:`]);
  });
});
