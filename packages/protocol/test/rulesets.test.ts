import { expect } from "chai";
import fc from "fast-check";
import { concat, keccak256, pad, stringToHex, toHex } from "viem";
import {
  decodeRuleset,
  encodeRuleset,
  fromAbiRuleset,
  Gate,
  gateName,
  needsParent,
  ProtocolError,
  REPO_RULESET,
  RepoState,
  type Ruleset,
  rulesetId,
  STANDARD_RULESET,
  StandardState,
  StateKind,
  stateName,
  toAbiRuleset,
  validateRuleset,
} from "../src/index.ts";
import { bytes32, uint8 } from "./support/arbitraries.ts";
import { PATIENCE } from "./support/patience.ts";
import { anyRuleset, brokenRulesets } from "./support/rulesets.ts";

describe("rulesetId", function () {
  this.timeout(PATIENCE);

  it("is keccak256 of abi.encode(ruleset), worked out by hand", () => {
    const word = (value: number) => pad(toHex(value));
    const { states, edges } = STANDARD_RULESET;
    const encoded = concat([
      word(0x20),
      word(0x40),
      word(0x40 + 0x20 + states.length * 0x40),
      word(states.length),
      ...states.flatMap(({ name, kind }) => [stringToHex(name, { size: 32 }), word(kind)]),
      word(edges.length),
      ...edges.flatMap(({ from, to, gate }) => [word(from), word(to), word(gate)]),
    ]);
    expect(encodeRuleset(STANDARD_RULESET)).to.equal(encoded);
    expect(rulesetId(STANDARD_RULESET)).to.equal(keccak256(encoded));
  });

  it("differs for any two rulesets, and the codec gives back each", () => {
    fc.assert(
      fc.property(anyRuleset, anyRuleset, (left, right) => {
        expect(decodeRuleset(encodeRuleset(left))).to.deep.equal(left);
        if (JSON.stringify(left) !== JSON.stringify(right)) expect(rulesetId(left)).to.not.equal(rulesetId(right));
      }),
    );
  });

  it("survives whatever bytes a stranger registers as a name, and never shows them raw", () => {
    const name = fc.oneof(
      bytes32,
      fc.string({ maxLength: 8 }).map((text) => stringToHex(text.slice(0, 8), { size: 32 })),
    );
    fc.assert(
      fc.property(fc.array(fc.record({ name, kind: uint8 }), { minLength: 1, maxLength: 4 }), (states) => {
        const ruleset = fromAbiRuleset({ states, edges: [] });
        expect(toAbiRuleset(ruleset).states).to.deep.equal(states);
        for (const state of ruleset.states) expect(state.name).to.match(/^[\x21-\x7e]{1,32}$|^0x[0-9a-f]{64}$/);
      }),
    );
  });

  it("refuses a name that does not fit bytes32 as ASCII", () => {
    for (const name of ["", "A B", "Ü", "A\0B", "X".repeat(33), `0x${"AB".repeat(32)}`]) {
      const bad = { states: [{ name, kind: 0 }], edges: [] };
      expect(() => rulesetId(bad))
        .to.throw(ProtocolError)
        .that.includes({ code: "ruleset_input", field: "states[0].name" });
    }
    expect(() => encodeRuleset({ states: [{ name: "A", kind: 256 }], edges: [] })).to.throw(ProtocolError);
    expect(() => decodeRuleset("0x1234")).to.throw(ProtocolError);
  });
});

describe("STANDARD_RULESET", function () {
  this.timeout(PATIENCE);

  it("has the states and edges that the templates document", () => {
    expect(STANDARD_RULESET.states.map(({ name }) => name)).to.deep.equal(Object.keys(StandardState));
    const edges = STANDARD_RULESET.edges.map(({ from, to, gate }) => `${from}>${to} ${gateName(gate)}`);
    expect(edges).to.deep.equal([
      "0>1 NONE",
      "1>2 COMPLIANCE_CLEARED",
      "1>6 COMPLIANCE_FAILED",
      "2>6 COMPLIANCE_FAILED",
      "3>6 COMPLIANCE_FAILED",
      "2>3 NONE",
      "3>4 DEPOSITS_LOCKED",
      "4>5 RELEASED",
      "0>7 TIMEOUT",
      "1>7 TIMEOUT",
      "2>7 TIMEOUT",
      "3>7 TIMEOUT",
      "0>6 MANUAL",
      "1>6 MANUAL",
      "2>6 MANUAL",
      "0>6 CONSENT",
      "1>6 CONSENT",
      "2>6 CONSENT",
      "3>6 CONSENT",
    ]);
  });

  it("is sound, and made for no parent", () => {
    expect(validateRuleset(STANDARD_RULESET)).to.equal(null);
    expect(needsParent(STANDARD_RULESET)).to.equal(false);
  });
});

describe("REPO_RULESET", function () {
  this.timeout(PATIENCE);

  it("is the standard one without an operator, behind a state that waits for the parent", () => {
    const { states, edges } = REPO_RULESET as Ruleset;
    expect(states.map(({ name }) => name)).to.deep.equal(Object.keys(RepoState));
    const [first, second, ...rest] = states;
    expect([first?.kind, second?.kind]).to.deep.equal([StateKind.INITIAL, StateKind.ACTIVE]);
    expect(rest).to.deep.equal(STANDARD_RULESET.states.slice(1));
    const shifted = edges
      .filter(({ from }) => from !== RepoState.AWAITING_MATURITY)
      .map(({ from, to, gate }) => ({ from: from - 1, to: to - 1, gate }));
    expect(shifted).to.deep.equal(STANDARD_RULESET.edges.filter(({ gate }) => gate !== Gate.MANUAL));
    const exits = edges.filter(({ from }) => from === RepoState.AWAITING_MATURITY);
    expect(exits.map(({ to, gate }) => `${to} ${gateName(gate)}`)).to.deep.equal([
      "1 PARENT_FINALIZED",
      "8 TIMEOUT",
      "7 CONSENT",
    ]);
  });

  it("is sound, and made for a parent", () => {
    expect(validateRuleset(REPO_RULESET)).to.equal(null);
    expect(needsParent(REPO_RULESET)).to.equal(true);
  });
});

describe("validateRuleset", function () {
  this.timeout(PATIENCE);

  for (const { name, ruleset, error, args } of brokenRulesets) {
    it(`names ${error} for ${name}`, () => {
      const fault = validateRuleset(ruleset);
      expect(fault?.error).to.equal(error);
      expect(fault?.args).to.deep.equal(args);
    });
  }

  it("lets nothing through that breaks a promise, among rulesets near the shipped ones", () => {
    const sound = { plain: 0, repo: 0 };
    fc.assert(
      fc.property(anyRuleset, (ruleset) => {
        if (validateRuleset(ruleset) !== null) return;
        sound[needsParent(ruleset) ? "repo" : "plain"]++;
        expectSafe(ruleset);
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(sound.plain, sound.repo)).to.be.greaterThan(20);
  });
});

/** The rules of the protocol, said once more in terms of runs: walk every path and look at what it did. */
function expectSafe({ states, edges }: Ruleset): void {
  const kind = (state: number) => states[state]?.kind;
  const walk = (state: number, passed: readonly number[], verdicts: number, trail: number[]): void => {
    expect(trail, "no way in circles").to.not.include(state);
    const entering = kind(state);
    const decided = verdicts + (entering === 3 || entering === 5 ? 1 : 0);
    expect(decided, "one verdict").to.be.at.most(1);
    if (entering === 2) {
      expect(passed, "compliance before deposits").to.include(Gate.COMPLIANCE_CLEARED);
      if (edges.some(({ gate }) => gate === Gate.PARENT_FINALIZED)) {
        expect(passed, "the parent before deposits").to.include(Gate.PARENT_FINALIZED);
      }
    }
    if (passed.at(-1) === Gate.CONSENT) expect(entering, "consent ends it").to.equal(5);
    if (entering === 4) expect(decided, "finalized only after a verdict").to.equal(1);
    const exits = edges.filter(({ from }) => from === state);
    if (entering === 4 || entering === 5) expect(exits).to.deep.equal([]);
    else if (entering !== 3) expect(exits.map(({ gate }) => gate)).to.include(Gate.TIMEOUT);
    for (const { to, gate } of exits) walk(to, [...passed, gate], decided, [...trail, state]);
  };
  walk(
    states.findIndex(({ kind }) => kind === 0),
    [],
    0,
    [],
  );
}

describe("stateName and gateName", function () {
  this.timeout(PATIENCE);

  it("name what is there", () => {
    expect(stateName(STANDARD_RULESET, 3)).to.equal("AWAITING_DEPOSITS");
    expect(() => stateName(STANDARD_RULESET, 8)).to.throw(ProtocolError, "8");
    expect(gateName(5)).to.equal("TIMEOUT");
    expect(gateName(8)).to.equal("PARENT_FINALIZED");
    expect(gateName(9)).to.equal(undefined);
  });
});
