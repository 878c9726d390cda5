import fc from "fast-check";
import {
  Gate,
  REPO_RULESET,
  type Ruleset,
  type RulesetEdge,
  type RulesetError,
  STANDARD_RULESET,
  StateKind,
} from "../../src/index.ts";

const { states, edges } = STANDARD_RULESET as Ruleset;

/** The standard ruleset with one thing changed. */
function standard(
  change: (ruleset: { states: Ruleset["states"]; edges: Ruleset["edges"] }) => Partial<Ruleset>,
): Ruleset {
  return { states, edges, ...change({ states, edges }) };
}

const without = (index: number) => standard(() => ({ edges: edges.filter((_, position) => position !== index) }));
const plus = (...more: RulesetEdge[]) => standard(() => ({ edges: [...edges, ...more] }));
const kindOf = (state: number, kind: number) =>
  standard(() => ({ states: states.map((entry, index) => (index === state ? { ...entry, kind } : entry)) }));
const edgeTo = (index: number, change: Partial<RulesetEdge>) =>
  standard(() => ({ edges: edges.map((edge, position) => (position === index ? { ...edge, ...change } : edge)) }));

const repo = (change: (all: readonly RulesetEdge[]) => readonly RulesetEdge[]): Ruleset => ({
  states: REPO_RULESET.states,
  edges: change(REPO_RULESET.edges),
});

/** A ruleset that breaks one rule, and what the contract must say of it. */
export interface BrokenRuleset {
  name: string;
  ruleset: Ruleset;
  error: RulesetError;
  args: bigint[];
}

const extra = (name: string, kind: number) => [...states, { name, kind }];
const last = BigInt(edges.length);

export const brokenRulesets: BrokenRuleset[] = [
  { name: "no states", ruleset: { states: [], edges }, error: "Ruleset_Size", args: [0n, last] },
  { name: "no edges", ruleset: { states, edges: [] }, error: "Ruleset_Size", args: [8n, 0n] },
  {
    name: "17 states",
    ruleset: { states: Array.from({ length: 17 }, (_, index) => ({ name: `S${index}`, kind: 1 })), edges },
    error: "Ruleset_Size",
    args: [17n, last],
  },
  {
    name: "65 edges",
    ruleset: { states, edges: Array.from({ length: 65 }, () => ({ from: 0, to: 1, gate: 0 })) },
    error: "Ruleset_Size",
    args: [8n, 65n],
  },
  {
    name: "a repeated name",
    ruleset: standard(() => ({
      states: states.map((state, index) => (index === 6 ? { ...state, name: "TIMED_OUT" } : state)),
    })),
    error: "Ruleset_StateName",
    args: [7n],
  },
  {
    name: "no name",
    ruleset: standard(() => ({
      states: states.map((state, index) => (index === 2 ? { ...state, name: `0x${"0".repeat(64)}` } : state)),
    })),
    error: "Ruleset_StateName",
    args: [2n],
  },
  { name: "no initial state", ruleset: kindOf(0, StateKind.ACTIVE), error: "Ruleset_Kinds", args: [0n] },
  { name: "two initial states", ruleset: kindOf(1, StateKind.INITIAL), error: "Ruleset_Kinds", args: [2n] },
  {
    name: "an edge from nowhere",
    ruleset: plus({ from: 8, to: 6, gate: Gate.MANUAL }),
    error: "Ruleset_UnknownState",
    args: [last],
  },
  {
    name: "an edge to nowhere",
    ruleset: plus({ from: 0, to: 255, gate: Gate.MANUAL }),
    error: "Ruleset_UnknownState",
    args: [last],
  },
  {
    name: "a way back to the start",
    ruleset: plus({ from: 1, to: 0, gate: Gate.MANUAL }),
    error: "Ruleset_Edge",
    args: [last],
  },
  {
    name: "an operator at the deposit state",
    ruleset: plus({ from: 3, to: 6, gate: Gate.MANUAL }),
    error: "Ruleset_Edge",
    args: [last],
  },
  {
    name: "a refund after the verdict",
    ruleset: plus({ from: 4, to: 6, gate: Gate.MANUAL }),
    error: "Ruleset_Edge",
    args: [last],
  },
  {
    name: "a timeout after the verdict",
    ruleset: plus({ from: 4, to: 7, gate: Gate.TIMEOUT }),
    error: "Ruleset_Edge",
    args: [last],
  },
  {
    name: "a way out of the end",
    ruleset: plus({ from: 5, to: 6, gate: Gate.MANUAL }),
    error: "Ruleset_Edge",
    args: [last],
  },
  {
    name: "a way out of a failure",
    ruleset: plus({ from: 6, to: 4, gate: Gate.DEPOSITS_LOCKED }),
    error: "Ruleset_Edge",
    args: [last],
  },
  {
    name: "execution without deposits",
    ruleset: plus({ from: 2, to: 4, gate: Gate.MANUAL }),
    error: "Ruleset_Edge",
    args: [last],
  },
  { name: "execution past the lock gate", ruleset: edgeTo(6, { gate: Gate.NONE }), error: "Ruleset_Edge", args: [6n] },
  {
    name: "execution on clearance alone",
    ruleset: edgeTo(6, { gate: Gate.COMPLIANCE_CLEARED }),
    error: "Ruleset_Edge",
    args: [6n],
  },
  { name: "an end without release", ruleset: edgeTo(7, { gate: Gate.NONE }), error: "Ruleset_Edge", args: [7n] },
  {
    name: "an end without execution",
    ruleset: plus({ from: 2, to: 5, gate: Gate.RELEASED }),
    error: "Ruleset_Edge",
    args: [last],
  },
  {
    name: "a failure for nothing",
    ruleset: plus({ from: 0, to: 6, gate: Gate.NONE }),
    error: "Ruleset_Edge",
    args: [last],
  },
  { name: "a timeout that goes on", ruleset: edgeTo(8, { to: 1 }), error: "Ruleset_Edge", args: [8n] },
  {
    name: "a repeated edge",
    ruleset: plus({ from: 0, to: 6, gate: Gate.MANUAL }),
    error: "Ruleset_RepeatedEdge",
    args: [last],
  },
  {
    name: "two timeouts of one state",
    ruleset: plus({ from: 0, to: 6, gate: Gate.TIMEOUT }),
    error: "Ruleset_RepeatedEdge",
    args: [last],
  },
  {
    name: "two ways forward",
    ruleset: plus({ from: 0, to: 2, gate: Gate.COMPLIANCE_CLEARED }),
    error: "Ruleset_ForwardEdges",
    args: [0n],
  },
  { name: "a state without a timeout", ruleset: without(10), error: "Ruleset_NoTimeout", args: [2n] },
  { name: "a deposit state without a timeout", ruleset: without(11), error: "Ruleset_NoTimeout", args: [3n] },
  { name: "execution without an end", ruleset: without(7), error: "Ruleset_NoRelease", args: [4n] },
  {
    name: "an operator's circle",
    ruleset: plus({ from: 2, to: 1, gate: Gate.MANUAL }),
    error: "Ruleset_Cyclic",
    args: [0n],
  },
  {
    name: "a state that nothing leads to",
    ruleset: { states: extra("LOST", StateKind.FAILED), edges },
    error: "Ruleset_Unreachable",
    args: [8n],
  },
  {
    name: "deposits without compliance",
    ruleset: edgeTo(1, { gate: Gate.NONE }),
    error: "Ruleset_ComplianceSkipped",
    args: [3n],
  },
  {
    name: "an operator's way past compliance",
    ruleset: plus({ from: 1, to: 2, gate: Gate.MANUAL }),
    error: "Ruleset_ComplianceSkipped",
    args: [3n],
  },
  {
    name: "a consent that goes on",
    ruleset: edgeTo(15, { to: 1 }),
    error: "Ruleset_Edge",
    args: [15n],
  },
  {
    name: "a consent after the verdict",
    ruleset: plus({ from: 4, to: 6, gate: Gate.CONSENT }),
    error: "Ruleset_Edge",
    args: [last],
  },
  {
    name: "two consents of one state",
    ruleset: plus({ from: 0, to: 7, gate: Gate.CONSENT }),
    error: "Ruleset_RepeatedEdge",
    args: [last],
  },
  {
    name: "a parent that ends it",
    ruleset: repo((all) => [...all, { from: 1, to: 7, gate: Gate.PARENT_FINALIZED }]),
    error: "Ruleset_Edge",
    args: [BigInt(REPO_RULESET.edges.length)],
  },
  {
    name: "a parent at the deposit state",
    ruleset: plus({ from: 3, to: 4, gate: Gate.PARENT_FINALIZED }),
    error: "Ruleset_Edge",
    args: [last],
  },
  {
    name: "a second way forward behind the parent",
    ruleset: repo((all) => [...all, { from: 0, to: 2, gate: Gate.NONE }]),
    error: "Ruleset_ForwardEdges",
    args: [0n],
  },
  {
    name: "an operator's way past the parent",
    ruleset: repo((all) => [...all, { from: 0, to: 1, gate: Gate.MANUAL }]),
    error: "Ruleset_ParentSkipped",
    args: [4n],
  },
  {
    name: "an operator's way past compliance and the parent",
    ruleset: repo((all) => [...all, { from: 0, to: 4, gate: Gate.MANUAL }]),
    error: "Ruleset_ComplianceSkipped",
    args: [4n],
  },
];

const gate = fc.nat({ max: 8 });
const state = fc.nat({ max: 9 });
const edge = fc.record({ from: state, to: state, gate });

/** A change of a shipped ruleset: most leave it sound or break one rule, so that both answers are common. */
const step: fc.Arbitrary<(ruleset: Ruleset) => Ruleset> = fc.oneof(
  edge.map((more) => (ruleset: Ruleset) => ({ ...ruleset, edges: [...ruleset.edges, more] })),
  fc
    .nat({ max: 23 })
    .map((at) => (ruleset: Ruleset) => ({ ...ruleset, edges: ruleset.edges.filter((_, i) => i !== at) })),
  fc.tuple(fc.nat({ max: 23 }), edge).map(([at, other]) => (ruleset: Ruleset) => ({
    ...ruleset,
    edges: ruleset.edges.map((entry, i) => (i === at ? { ...entry, ...other } : entry)),
  })),
  fc.tuple(fc.nat({ max: 23 }), gate).map(([at, value]) => (ruleset: Ruleset) => ({
    ...ruleset,
    edges: ruleset.edges.map((entry, i) => (i === at ? { ...entry, gate: value } : entry)),
  })),
  fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 5 })).map(([at, kind]) => (ruleset: Ruleset) => ({
    ...ruleset,
    states: ruleset.states.map((entry, i) => (i === at ? { ...entry, kind } : entry)),
  })),
  fc.nat({ max: 5 }).map((kind) => (ruleset: Ruleset) => ({
    states: [...ruleset.states, { name: `S${ruleset.states.length}`, kind }],
    edges: [
      ...ruleset.edges,
      { from: 1, to: ruleset.states.length, gate: Gate.MANUAL },
      { from: ruleset.states.length, to: 7, gate: Gate.TIMEOUT },
    ],
  })),
  fc.constant((ruleset: Ruleset) => ({ ...ruleset, edges: ruleset.edges.toReversed() })),
);

/** Rulesets within four steps of a shipped one. Every one fits its Solidity types. */
export const anyRuleset: fc.Arbitrary<Ruleset> = fc
  .tuple(fc.constantFrom<Ruleset>(STANDARD_RULESET, REPO_RULESET), fc.array(step, { maxLength: 4 }))
  .map(([shipped, steps]) => steps.reduce((ruleset, change) => change(ruleset), shipped));
