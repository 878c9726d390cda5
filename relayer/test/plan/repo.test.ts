import { REPO_RULESET, rulesetId, StateKind } from "@keystoneos/protocol";
import { expect } from "chai";
import { nameOf } from "../../src/act/act.ts";
import type { Facts } from "../../src/facts/types.ts";
import { plan } from "../../src/plan/plan.ts";
import { A, created, dvp, factsOf, guid, heads, legsIn, NOW, policy, T0 } from "../support/facts.ts";

const MATURITY = 300;
/** A closing that matures in 300 seconds and has to be settled within 660. */
const terms = { ...dvp(A, A), ruleset: rulesetId(REPO_RULESET), parent: guid(7), notBefore: T0 + MATURITY };

const at = (seconds: number, changes: Partial<Facts> = {}) =>
  factsOf(terms, { ruleset: REPO_RULESET, heads: heads(seconds), ...changes });
const names = (facts: Facts) => plan(facts, NOW, policy).map(nameOf);
const waiting = { coordinator: created("AWAITING_MATURITY") };

describe("plan: a repo's closing", () => {
  it("is created at once, whatever has become of its opening", () => {
    for (const parentKind of [undefined, StateKind.INITIAL, StateKind.FINALIZED]) {
      expect(names(at(0, { parentKind }))).to.deep.equal([`create:${A}:`]);
    }
  });

  it("is opened at maturity and not a second before, by the time of the coordinator's chain", () => {
    const opened = { ...waiting, parentKind: StateKind.FINALIZED };
    expect(names(at(MATURITY - 1, opened))).to.deep.equal([]);
    expect(names(at(MATURITY, opened))).to.deep.equal([`advance:${A}:AWAITING_MATURITY`]);
  });

  it("waits for an opening that is not final", () => {
    for (const parentKind of [undefined, StateKind.INITIAL, StateKind.DEPOSIT, StateKind.EXECUTING]) {
      expect(names(at(MATURITY, { ...waiting, parentKind })), String(parentKind)).to.deep.equal([]);
    }
  });

  it("never opens after an opening that failed, and is timed out when it falls due", () => {
    const failed = { ...waiting, parentKind: StateKind.FAILED };
    expect(names(at(MATURITY, failed))).to.deep.equal([]);
    expect(names(at(659, failed))).to.deep.equal([]);
    expect(names(at(660, failed))).to.deep.equal([`timeout:${A}:`]);
  });

  it("has its parties screened in its own time, not while it waits", () => {
    const opened = { parentKind: StateKind.FINALIZED };
    const entered = ["AWAITING_MATURITY"];
    expect(names(at(MATURITY - 1, { ...waiting, ...opened, entered })).join()).to.not.include("begin_round");
    const checking = { coordinator: created("COMPLIANCE_CHECKING"), entered: [...entered, "COMPLIANCE_CHECKING"] };
    expect(names(at(MATURITY, { ...checking, ...opened }))).to.deep.equal(["begin_round:COMPLIANCE_CHECKING"]);
  });

  it("keeps its secrets until it has ended itself", () => {
    const late = { heads: heads(10_000, 200n), parentKind: StateKind.FINALIZED };
    expect(names(at(0, { ...waiting, heads: heads(0, 200n), parentKind: StateKind.FINALIZED }))).to.deep.equal([]);
    const ended = { ...late, coordinator: created("FINALIZED", "execute"), legs: legsIn("released", 2) };
    expect(names(at(0, ended))).to.include.members(["forget_secrets", "close"]);
  });
});
