import { expect } from "chai";
import fc from "fast-check";
import {
  Clearance,
  type CoordinatorRecord,
  chainMask,
  Gate,
  type GateInput,
  gateHolds,
  isTerminal,
  nextAdvance,
  nextTransitions,
  REPO_RULESET,
  RepoState,
  STANDARD_RULESET,
  StandardState,
  StateKind,
} from "../src/index.ts";
import { PATIENCE } from "./support/patience.ts";
import { context, terms, withLeg } from "./support/sample.ts";

const S = StandardState;

function input(change: Partial<Omit<GateInput, "record">> & { record?: Partial<CoordinatorRecord> } = {}): GateInput {
  const { record, ...rest } = change;
  const state = record?.state ?? S.INSTRUCTED;
  return {
    terms,
    ruleset: STANDARD_RULESET,
    clearance: Clearance.PENDING,
    now: terms.settleDeadline - 1,
    chainIds: context.chainIds,
    ...rest,
    record: {
      created: true,
      state,
      kind: STANDARD_RULESET.states[state]?.kind ?? 0,
      verdict: 0,
      lockMask: 0,
      releaseMask: 0,
      ...record,
    },
  };
}

const open = (given: GateInput) =>
  nextTransitions(given)
    .filter(({ satisfied }) => satisfied)
    .map(({ target }) => target);

describe("nextTransitions", function () {
  this.timeout(PATIENCE);

  it("lists every edge out of the present state, in the order in which they count", () => {
    expect(nextTransitions(input({ record: { state: S.COMPLIANCE_CLEARED } }))).to.deep.equal([
      { target: S.TIMED_OUT, gate: Gate.TIMEOUT, satisfied: false },
      { target: S.ROLLED_BACK, gate: Gate.COMPLIANCE_FAILED, satisfied: false },
      { target: S.AWAITING_DEPOSITS, gate: Gate.NONE, satisfied: true },
      { target: S.ROLLED_BACK, gate: Gate.CONSENT, satisfied: false },
      { target: S.ROLLED_BACK, gate: Gate.MANUAL, satisfied: false },
    ]);
  });

  it("lists MANUAL ones last, by target", () => {
    const manual = [3, 6, 1].map((to) => ({ from: 2, to, gate: Gate.MANUAL }));
    const ruleset = {
      ...STANDARD_RULESET,
      edges: [...manual, ...STANDARD_RULESET.edges.filter(({ from }) => from === 2)],
    };
    const listed = nextTransitions(input({ ruleset, record: { state: S.COMPLIANCE_CLEARED } }));
    expect(listed.map(({ gate, target }) => `${gate}>${target}`)).to.deep.equal([
      "5>7",
      "2>6",
      "0>3",
      "7>6",
      "6>1",
      "6>3",
      "6>6",
      "6>6",
    ]);
  });

  it("knows none before creation and none at the end", () => {
    expect(nextTransitions(input({ record: { created: false } }))).to.deep.equal([]);
    for (const state of [S.FINALIZED, S.ROLLED_BACK, S.TIMED_OUT]) {
      expect(nextTransitions(input({ record: { state } }))).to.deep.equal([]);
    }
  });

  it("opens compliance by the registry's word", () => {
    const at = (clearance: Clearance) => open(input({ clearance, record: { state: S.COMPLIANCE_CHECKING } }));
    expect(at(Clearance.PENDING)).to.deep.equal([]);
    expect(at(Clearance.CLEARED)).to.deep.equal([S.COMPLIANCE_CLEARED]);
    expect(at(Clearance.FAILED)).to.deep.equal([S.ROLLED_BACK]);
  });

  it("executes only with every lock, clearance and time", () => {
    const at = (change: { lockMask?: number; clearance?: Clearance; now?: number }) => {
      const { lockMask = 3, clearance = Clearance.CLEARED, now = terms.settleDeadline - 1 } = change;
      return open(input({ clearance, now, record: { state: S.AWAITING_DEPOSITS, lockMask } })).includes(
        S.EXECUTING_SWAP,
      );
    };
    expect(at({})).to.equal(true);
    expect(at({ lockMask: 1 })).to.equal(false);
    expect(at({ lockMask: 2 })).to.equal(false);
    expect(at({ lockMask: 0 })).to.equal(false);
    expect(at({ clearance: Clearance.PENDING })).to.equal(false);
    expect(at({ clearance: Clearance.FAILED })).to.equal(false);
    expect(at({ now: terms.settleDeadline })).to.equal(false);
  });

  it("never lets execution and timeout be open at the same moment", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -5, max: 5 }),
        fc.nat({ max: 3 }),
        fc.constantFrom(0, 1, 2),
        (offset, lockMask, clearance) => {
          const now = terms.settleDeadline + offset;
          const targets = open(
            input({ now, clearance: clearance as Clearance, record: { state: S.AWAITING_DEPOSITS, lockMask } }),
          );
          expect(targets.includes(S.EXECUTING_SWAP) && targets.includes(S.TIMED_OUT)).to.equal(false);
        },
      ),
    );
  });

  it("finalizes when every escrow of the terms has reported, and asks no other", () => {
    const at = (releaseMask: number, of = terms) =>
      open(input({ terms: of, record: { state: S.EXECUTING_SWAP, verdict: 1, releaseMask } }));
    expect(at(3)).to.deep.equal([S.FINALIZED]);
    expect(at(1)).to.deep.equal([]);
    expect(at(1, withLeg(1, { chainId: 11155111n }))).to.deep.equal([S.FINALIZED]);
  });

  it("lets the named operator take MANUAL, and nobody when none is named", () => {
    const at = (caller: GateInput["caller"], operator = terms.operator) =>
      open(input({ terms: { ...terms, operator }, caller }));
    const zero = "0x0000000000000000000000000000000000000000";
    expect(at(terms.operator)).to.include(S.ROLLED_BACK);
    expect(at(terms.operator.toLowerCase() as typeof terms.operator)).to.include(S.ROLLED_BACK);
    expect(at(terms.coordinator)).to.not.include(S.ROLLED_BACK);
    expect(at(undefined)).to.not.include(S.ROLLED_BACK);
    expect(at(zero, zero)).to.not.include(S.ROLLED_BACK);
  });

  it("lets a closing begin when its parent is finalized and its day has come", () => {
    const closing = { ...terms, parent: `0x${"ab".repeat(32)}` as const, notBefore: terms.depositDeadline - 100 };
    const at = (parentKind: number | undefined, now: number) =>
      open(
        input({
          terms: closing,
          ruleset: REPO_RULESET,
          parentKind,
          now,
          record: { state: RepoState.AWAITING_MATURITY },
        }),
      );
    expect(at(StateKind.FINALIZED, closing.notBefore)).to.deep.equal([RepoState.INSTRUCTED]);
    expect(at(StateKind.FINALIZED, closing.notBefore - 1)).to.deep.equal([]);
    for (const kind of [undefined, StateKind.INITIAL, StateKind.EXECUTING, StateKind.FAILED]) {
      expect(at(kind, closing.notBefore)).to.deep.equal([]);
    }
    expect(at(StateKind.FINALIZED, terms.settleDeadline)).to.deep.equal([RepoState.TIMED_OUT, RepoState.INSTRUCTED]);
  });

  it("never counts CONSENT as held, whatever else is so", () => {
    const ready = { clearance: Clearance.CLEARED, now: terms.settleDeadline, caller: terms.operator };
    expect(gateHolds(input({ ...ready, parentKind: StateKind.FINALIZED }), Gate.CONSENT)).to.equal(false);
  });

  it("holds no gate that it does not know", () => {
    expect(gateHolds(input({ clearance: Clearance.CLEARED }), 9)).to.equal(false);
  });
});

describe("nextAdvance", function () {
  this.timeout(PATIENCE);

  it("prefers TIMEOUT, then COMPLIANCE_FAILED, then the way forward, and never CONSENT or MANUAL", () => {
    const at = (change: Parameters<typeof input>[0]) =>
      nextAdvance(input({ caller: terms.operator, ...change }))?.gate ?? null;
    const checking = { state: S.COMPLIANCE_CHECKING };
    const late = terms.settleDeadline;
    expect(at({ record: checking, now: late, clearance: Clearance.FAILED })).to.equal(Gate.TIMEOUT);
    expect(at({ record: checking, now: late, clearance: Clearance.CLEARED })).to.equal(Gate.TIMEOUT);
    expect(at({ record: checking, clearance: Clearance.FAILED })).to.equal(Gate.COMPLIANCE_FAILED);
    expect(at({ record: checking, clearance: Clearance.CLEARED })).to.equal(Gate.COMPLIANCE_CLEARED);
    expect(at({ record: checking })).to.equal(null);
    expect(at({})).to.equal(Gate.NONE);
  });
});

describe("chainMask", function () {
  this.timeout(PATIENCE);

  it("has one bit per row with a leg, and no answer for a chain without a row", () => {
    expect(chainMask(terms, context.chainIds)).to.equal(3);
    expect(chainMask(terms, [84532, 1, 11155111])).to.equal(5);
    expect(chainMask(withLeg(1, { chainId: 11155111n }), context.chainIds)).to.equal(1);
    expect(chainMask(withLeg(1, { chainId: 1n }), context.chainIds)).to.equal(null);
  });
});

describe("isTerminal", function () {
  this.timeout(PATIENCE);

  it("is so for the two ends", () => {
    expect(Object.values(StateKind).filter(isTerminal)).to.deep.equal([StateKind.FINALIZED, StateKind.FAILED]);
  });
});
