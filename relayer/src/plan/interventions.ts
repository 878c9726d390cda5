import { Gate, nextTransitions } from "@keystoneos/protocol";
import type { Facts, InterventionFacts } from "../facts/types.ts";
import type { Action, Call } from "./actions.ts";
import { nextAttempt } from "./attempt.ts";
import { gateInput } from "./coordinator.ts";
import type { Policy } from "./policy.ts";
import { isFinal } from "./terms.ts";

type Step = NonNullable<InterventionFacts["step"]>;

/** What operators have asked for. Whether the chain allows it is for the chain to say: nothing here goes around a gate. */
export function planInterventions(facts: Facts, now: Date, policy: Policy): Action[] {
  return facts.interventions.flatMap((asked) => planOne(facts, asked, now, policy));
}

function planOne(facts: Facts, { intentId, step, reachedIn }: InterventionFacts, now: Date, policy: Policy): Action[] {
  // That everything is tried anew follows from its having been asked for.
  if (step === null) return [{ type: "finish", intentId }];
  const chainId = facts.coordinatorChainId;
  if (!facts.heads.has(chainId)) return [];
  if (reachedIn !== null) {
    return isFinal(facts, chainId, reachedIn) ? [{ type: "finish", intentId }] : [];
  }
  const edge = openEdge(facts, step);
  if (edge?.manual && !holdsOperator(facts)) return [];
  const target = targetOf(facts, step);
  const subject = nextAttempt(facts, { chainId, kind: "manual", subject: intentId }, now, policy.repeatSeconds);
  if (target < 0 || subject === null) return [];
  const manual = edge?.manual ?? holdsOperator(facts);
  const call: Call = { name: "transition", target, evidenceHash: step.evidenceHash, manual, intentId };
  const send = { type: "send", chainId, kind: "manual", subject, call } as const;
  return [{ type: "intervene", intentId, send, allowed: edge !== null }];
}

/** Whether an operator's step is about to be taken from the present state, so that nobody should leave that state by another. */
export function awaitsStep(facts: Facts): boolean {
  return facts.interventions.some(({ step, reachedIn }) => {
    const edge = step === null || reachedIn !== null ? null : openEdge(facts, step);
    return edge !== null && (!edge.manual || holdsOperator(facts));
  });
}

/** The edge to the target that the operator may take now, one that is open to anyone before a MANUAL one; null when there is none. */
function openEdge(facts: Facts, step: Step): { manual: boolean } | null {
  const input = gateInput(facts);
  if (input === null) return null;
  const target = targetOf(facts, step);
  const edges = nextTransitions({ ...input, caller: facts.terms.operator });
  const edge = edges.find((candidate) => candidate.satisfied && candidate.target === target);
  return edge === undefined ? null : { manual: edge.gate === Gate.MANUAL };
}

function targetOf({ ruleset }: Facts, { target }: Step): number {
  return ruleset.states.findIndex(({ name }) => name === target);
}

function holdsOperator({ operator, terms }: Facts): boolean {
  return operator !== null && operator.toLowerCase() === terms.operator.toLowerCase();
}
