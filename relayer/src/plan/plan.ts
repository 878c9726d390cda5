import type { Facts } from "../facts/types.ts";
import type { Action } from "./actions.ts";
import { planClose } from "./close.ts";
import { planCompliance } from "./compliance.ts";
import { planCoordinator } from "./coordinator.ts";
import { awaitsStep, planInterventions } from "./interventions.ts";
import { planLocks } from "./locks.ts";
import { planPayouts } from "./payout.ts";
import type { Policy } from "./policy.ts";
import { planReveals } from "./reveal.ts";
import { planDispatch } from "./verdict.ts";

/**
 * What is to be done for a settlement, from facts alone: the same facts give the same actions, in any process, after any restart.
 * `now` measures intervals since our own calls; deadlines are judged by the indexed time of the chain that will judge them.
 */
export function plan(facts: Facts, now: Date, policy: Policy): Action[] {
  return [
    ...planInterventions(facts, now, policy),
    ...planCoordinator(facts, now, policy).filter(({ kind }) => kind !== "advance" || !awaitsStep(facts)),
    ...planCompliance(facts, now, policy),
    ...planReveals(facts, now, policy),
    ...planLocks(facts, now, policy),
    ...planDispatch(facts, now, policy),
    ...planPayouts(facts, now, policy),
    ...planClose(facts),
  ];
}
