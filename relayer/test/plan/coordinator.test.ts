import type { Terms } from "@keystoneos/protocol";
import { expect } from "chai";
import { nameOf } from "../../src/act/act.ts";
import type { CheckFacts, Facts } from "../../src/facts/types.ts";
import { plan } from "../../src/plan/plan.ts";
import { A, B, cleared, created, dvp, escrow, factsOf, heads, legsIn, NOW, policy, sent } from "../support/facts.ts";

const names = (facts: Facts, now = NOW) => plan(facts, now, policy).map(nameOf);
/** Where there is no router. */
const stepwise = { ...policy, opensAtOnce: false };

describe("plan: coordinator", () => {
  it("creates what nobody has created", () => {
    expect(plan(factsOf(), NOW, stepwise)).to.deep.equal([
      { type: "send", kind: "create", chainId: A, subject: "", call: { name: "createSettlement" } },
    ]);
  });

  it("does nothing on a chain that is not indexed yet", () => {
    expect(names(factsOf(dvp(A, B), { heads: new Map() }))).to.deep.equal([]);
  });

  it("times out by the chain's clock, created or not, and never before", () => {
    const terms = dvp(A, B);
    const at = (seconds: number, coordinator: Facts["coordinator"]) =>
      plan(factsOf(terms, { heads: heads(seconds), coordinator }), NOW, stepwise).map(nameOf);
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

  describe("with a router", () => {
    const terms = dvp(A, B);
    const { rounds, checks, signed } = cleared(terms);
    const open = (sequence: bigint) => [
      { type: "send", kind: "create", chainId: A, subject: "", call: { name: "open", sequence } },
    ];
    const create = [{ type: "send", kind: "create", chainId: A, subject: "", call: { name: "createSettlement" } }];
    const found = (status: CheckFacts["status"]) =>
      checks.map((check, index) => (index === 1 ? { ...check, status } : check));

    it("screens first, and creates with the word", () => {
      expect(names(factsOf(terms))).to.deep.equal(["begin_round:COMPLIANCE_CHECKING"]);
      expect(names(factsOf(terms, { rounds, checks: found("pending") }))).to.deep.equal(["screen"]);
      expect(names(factsOf(terms, { rounds, checks }))).to.deep.equal(["sign:1"]);
      expect(plan(factsOf(terms, { rounds, checks, signed }), NOW, policy)).to.deep.equal(open(1n));
    });

    it("carries whatever the word is, and the newest", () => {
      const flagged = [...signed, { sequence: 2n, statuses: [1, 2, 1, 1], validUntil: terms.settleDeadline, round: 1 }];
      const facts = factsOf(terms, { rounds, checks: found("flagged"), signed: flagged });
      expect(plan(facts, NOW, policy)).to.deep.equal(open(2n));
    });

    it("does not wait for a provider that gives no answer", () => {
      const actions = plan(factsOf(terms, { rounds, checks: found("error") }), NOW, policy);
      expect(actions.filter(({ type }) => type === "send")).to.deep.equal(create);
      expect(actions.map(nameOf), "and goes on asking").to.include("screen");
    });

    it("creates at once where the word is not ours, or there is nothing to say", () => {
      const strangers: Terms = { ...terms, attesters: [`0x${"1".repeat(40)}`] };
      expect(plan(factsOf(strangers), NOW, policy)).to.deep.equal(create);
      const holdsSecret = { entity: false, wallet: false };
      const unknown = factsOf(terms).parties.map((party) => ({ ...party, holdsSecret }));
      expect(plan(factsOf(terms, { rounds, checks, parties: unknown }), NOW, policy)).to.deep.equal(create);
    });

    it("makes it once, by whichever call", () => {
      const transactions = [sent("create", A, "", { status: "submitted", blockNumber: null })];
      expect(names(factsOf(terms, { rounds, checks, signed, transactions }))).to.deep.equal([]);
      expect(names(factsOf(terms, { rounds, checks: found("error"), transactions }))).to.deep.equal(["screen"]);
    });

    it("begins no second round when the state is entered that the first was for", () => {
      const coordinator = created("COMPLIANCE_CHECKING");
      const entered = ["INSTRUCTED", "COMPLIANCE_CHECKING"];
      const shown = { ...cleared(terms), coordinator, entered };
      expect(names(factsOf(terms, shown))).to.deep.equal([`advance:${A}:COMPLIANCE_CHECKING`]);
    });

    it("screens nobody after a verdict without creation, or after the deadline", () => {
      const coordinator = { created: false, state: "TIMED_OUT", verdict: "rollback" as const, blockNumber: 90n };
      expect(names(factsOf(terms, { coordinator })).join()).to.not.include("begin_round");
      expect(names(factsOf(terms, { heads: heads(660) }))).to.deep.equal([`timeout:${A}:`]);
    });
  });
});
