import { type Hex, stringToHex } from "viem";
import { GATE, KIND } from "./terms.ts";
import type { World } from "./world.ts";

/**
 * The ruleset of a repo's closing trade: the standard one without MANUAL edges, behind a first state that waits
 * for the parent.
 */
export const REPO_STATE = {
  AWAITING_MATURITY: 0,
  INSTRUCTED: 1,
  COMPLIANCE_CHECKING: 2,
  COMPLIANCE_CLEARED: 3,
  AWAITING_DEPOSITS: 4,
  EXECUTING_SWAP: 5,
  FINALIZED: 6,
  ROLLED_BACK: 7,
  TIMED_OUT: 8,
} as const;

const S = REPO_STATE;
const state = (name: keyof typeof S, kind: number) => ({ name: stringToHex(name, { size: 32 }), kind });
const edge = (from: number, to: number, gate: number) => ({ from, to, gate });
const BEFORE_EXECUTING = [
  S.AWAITING_MATURITY,
  S.INSTRUCTED,
  S.COMPLIANCE_CHECKING,
  S.COMPLIANCE_CLEARED,
  S.AWAITING_DEPOSITS,
];

export const REPO_RULESET = {
  states: [
    state("AWAITING_MATURITY", KIND.INITIAL),
    state("INSTRUCTED", KIND.ACTIVE),
    state("COMPLIANCE_CHECKING", KIND.ACTIVE),
    state("COMPLIANCE_CLEARED", KIND.ACTIVE),
    state("AWAITING_DEPOSITS", KIND.DEPOSIT),
    state("EXECUTING_SWAP", KIND.EXECUTING),
    state("FINALIZED", KIND.FINALIZED),
    state("ROLLED_BACK", KIND.FAILED),
    state("TIMED_OUT", KIND.FAILED),
  ],
  edges: [
    edge(S.AWAITING_MATURITY, S.INSTRUCTED, GATE.PARENT_FINALIZED),
    edge(S.INSTRUCTED, S.COMPLIANCE_CHECKING, GATE.NONE),
    edge(S.COMPLIANCE_CHECKING, S.COMPLIANCE_CLEARED, GATE.COMPLIANCE_CLEARED),
    edge(S.COMPLIANCE_CHECKING, S.ROLLED_BACK, GATE.COMPLIANCE_FAILED),
    edge(S.COMPLIANCE_CLEARED, S.ROLLED_BACK, GATE.COMPLIANCE_FAILED),
    edge(S.AWAITING_DEPOSITS, S.ROLLED_BACK, GATE.COMPLIANCE_FAILED),
    edge(S.COMPLIANCE_CLEARED, S.AWAITING_DEPOSITS, GATE.NONE),
    edge(S.AWAITING_DEPOSITS, S.EXECUTING_SWAP, GATE.DEPOSITS_LOCKED),
    edge(S.EXECUTING_SWAP, S.FINALIZED, GATE.RELEASED),
    ...BEFORE_EXECUTING.map((from) => edge(from, S.TIMED_OUT, GATE.TIMEOUT)),
    ...BEFORE_EXECUTING.map((from) => edge(from, S.ROLLED_BACK, GATE.CONSENT)),
  ],
};

/** Registers the repo ruleset; returns its id. */
export async function registerRepo(world: World): Promise<Hex> {
  const { result } = await world.coordinator.simulate.registerRuleset([REPO_RULESET]);
  await world.coordinator.write.registerRuleset([REPO_RULESET]);
  return result;
}
