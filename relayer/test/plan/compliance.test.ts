import { expect } from "chai";
import { nameOf } from "../../src/act/act.ts";
import type { CheckFacts, Facts } from "../../src/facts/types.ts";
import { plan } from "../../src/plan/plan.ts";
import { A, B, cleared, created, dvp, factsOf, heads, NOW, policy, T0 } from "../support/facts.ts";

const names = (facts: Facts, now = NOW) => plan(facts, now, policy).map(nameOf);

describe("plan: compliance", () => {
  const terms = dvp(A, B);
  const coordinator = created("COMPLIANCE_CHECKING");
  const { entered, rounds, checks, signed, statements } = cleared(terms);
  const screening = { coordinator, entered, rounds };
  const withStatuses = (...statuses: CheckFacts["status"][]) =>
    checks.map((check, index) => ({ ...check, status: statuses[index] ?? "pass" }));

  it("begins a round on entering the screening state, and not before", () => {
    expect(names(factsOf(terms, { coordinator, entered }))).to.deep.equal(["begin_round:COMPLIANCE_CHECKING"]);
    const instructed = factsOf(terms, { coordinator: created("INSTRUCTED"), entered: ["INSTRUCTED"] });
    expect(names(instructed).join()).to.not.include("begin_round");
  });

  it("makes the checks that were not made or ended in an error, and no other", () => {
    const open = withStatuses("pass", "pending", "error", "flagged");
    const [action, ...rest] = plan(factsOf(terms, { ...screening, checks: open }), NOW, policy);
    expect(action).to.deep.equal({
      type: "screen",
      checks: [
        { id: "check-1", partyId: "party-0", checkType: "wallet", provider: "sanctions_list" },
        { id: "check-2", partyId: "party-1", checkType: "entity", provider: "sanctions_list" },
      ],
    });
    expect(rest).to.deep.equal([]);
  });

  it("signs one statement about all positions once every check is there", () => {
    const found = withStatuses("pass", "flagged");
    expect(plan(factsOf(terms, { ...screening, checks: found }), NOW, policy)).to.deep.equal([
      { type: "sign", statuses: [1, 2, 1, 1], sequence: 1n, round: 1 },
    ]);
  });

  it("does not wait with a failure for the other checks", () => {
    const found = withStatuses("pending", "pending", "pending", "fail");
    expect(plan(factsOf(terms, { ...screening, checks: found }), NOW, policy).at(-1)).to.deep.equal({
      type: "sign",
      statuses: [0, 0, 0, 3],
      sequence: 1n,
      round: 1,
    });
  });

  it("says nothing about a commitment that it cannot open", () => {
    const facts = factsOf(terms, { ...screening, checks });
    const parties = facts.parties.map((party, position) =>
      position === 1 ? { ...party, holdsSecret: { entity: true, wallet: false } } : party,
    );
    expect(plan({ ...facts, parties }, NOW, policy)).to.deep.equal([
      { type: "sign", statuses: [1, 1, 1, 0], sequence: 1n, round: 1 },
    ]);
  });

  it("sends what was signed and is not on chain, signs anew only what changed, above every sequence used", () => {
    expect(names(factsOf(terms, { ...screening, checks, signed }))).to.deep.equal([
      `attest:${A}:0x${"a".repeat(40)}:1`,
    ]);
    const shown = [{ attester: factsOf().attester, sequence: 7n, statuses: [1, 1, 1, 2], validUntil: T0 + 9999 }];
    expect(plan(factsOf(terms, { ...screening, checks, statements: shown }), NOW, policy)).to.deep.equal([
      { type: "sign", statuses: [1, 1, 1, 1], sequence: 8n, round: 1 },
    ]);
  });

  it("restates all positions when somebody has decided what was flagged, attested before or not", () => {
    const flagged = { sequence: 4n, statuses: [2, 1, 1, 1], validUntil: T0 + 9999 };
    const before = { signed: [{ ...flagged, round: 1 }], statements: [{ ...flagged, attester: factsOf().attester }] };
    for (const [status, word] of [
      ["pass", 1],
      ["fail", 3],
    ] as const) {
      const facts = factsOf(terms, { ...screening, ...before, checks: withStatuses(status) });
      expect(plan(facts, NOW, policy)).to.deep.equal([
        { type: "sign", statuses: [word, 1, 1, 1], sequence: 5n, round: 1 },
      ]);
      expect(names({ ...facts, statements: [] }), "not on chain yet").to.deep.equal(["sign:5"]);
    }
  });

  it("attests a decision in whatever state before the verdict it comes, and none after it", () => {
    const decided = { ...cleared(terms), checks: withStatuses("fail") };
    expect(names(factsOf(terms, { coordinator: created("AWAITING_DEPOSITS"), ...decided }))).to.include("sign:2");
    const ended = factsOf(terms, { coordinator: created("ROLLED_BACK", "rollback"), ...decided });
    expect(names(ended).join()).to.not.include("sign");
    const late = factsOf(terms, { coordinator, ...decided, heads: heads(660) });
    expect(names(late)).to.deep.equal([`timeout:${A}:`]);
  });

  it("attests nothing that the terms do not ask of it", () => {
    const stranger = factsOf(
      { ...terms, attesters: [`0x${"1".repeat(40)}`] },
      { coordinator, ...cleared(terms), statements: [], signed: [] },
    );
    expect(names(stranger)).to.deep.equal([]);
  });

  describe("in further rounds", () => {
    const again = {
      ...cleared(terms),
      coordinator: created("AWAITING_DEPOSITS"),
      screeningStates: ["COMPLIANCE_CHECKING", "COMPLIANCE_CLEARED"],
      entered: [...entered, "COMPLIANCE_CLEARED", "AWAITING_DEPOSITS"],
    };
    const second = { ...again, rounds: [...rounds, { round: 2, cause: "COMPLIANCE_CLEARED" }] };

    it("screens anew for a state that asks for it, though it was left within the transaction that entered it", () => {
      expect(names(factsOf(terms, again))).to.deep.equal(["begin_round:COMPLIANCE_CLEARED"]);
      expect(names(factsOf(terms, { ...second, checks: withStatuses("pending") }))).to.deep.equal(["screen"]);
    });

    it("states its word anew although it is the same", () => {
      expect(plan(factsOf(terms, second), NOW, policy)).to.deep.equal([
        { type: "sign", statuses: [1, 1, 1, 1], sequence: 2n, round: 2 },
      ]);
    });

    it("takes its word back while a provider cannot be asked", () => {
      const facts = factsOf(terms, { ...second, checks: withStatuses("pass", "error") });
      expect(plan(facts, NOW, policy).slice(1)).to.deep.equal([
        { type: "sign", statuses: [1, 0, 1, 1], sequence: 2n, round: 2 },
      ]);
      const first = factsOf(terms, { ...screening, checks: withStatuses("pass", "error") });
      expect(names(first), "nothing to take back").to.deep.equal(["screen"]);
    });

    it("renews a word that ends before a verdict has to be taken, once, and no veto", () => {
      const ending = [{ attester: factsOf().attester, sequence: 9n, statuses: [1, 1, 1, 1], validUntil: T0 + 659 }];
      expect(names(factsOf(terms, { ...screening, checks, signed, statements: ending }))).to.deep.equal([
        "begin_round:renewal",
      ]);
      const renewed = {
        ...screening,
        rounds: [...rounds, { round: 2, cause: "renewal" }],
        checks,
        signed,
        statements: ending,
      };
      expect(names(factsOf(terms, renewed))).to.deep.equal(["sign:10"]);
      const word = { sequence: 10n, statuses: [1, 1, 1, 1], validUntil: T0 + 9999, round: 2 };
      expect(names(factsOf(terms, { ...renewed, signed: [...signed, word] }))).to.deep.equal([
        `attest:${A}:0x${"a".repeat(40)}:10`,
      ]);
      const lasting = ending.map((one) => ({ ...one, validUntil: T0 + 660 }));
      expect(names(factsOf(terms, { ...screening, checks, signed, statements: lasting })).join()).to.not.include(
        "begin",
      );
      const vetoed = ending.map((one) => ({ ...one, statuses: [1, 4, 1, 1] }));
      expect(names(factsOf(terms, { ...screening, checks, signed, statements: vetoed })).join()).to.not.include(
        "begin",
      );
      expect(statements).to.have.length(1);
    });
  });
});
