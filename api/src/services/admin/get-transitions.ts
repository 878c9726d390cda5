import type { Dependencies } from "../../context.ts";
import type { Period, Transitions } from "../../schemas/admin/settlement.ts";
import { inSnapshot } from "../settlements/select-settlement.ts";
import { enteredStates } from "./entered-states.ts";

/** How many settlements went from which state to which in a period, the most frequent first. */
export async function getTransitions({ db, deployment }: Dependencies, period: Period): Promise<Transitions> {
  const entered = await inSnapshot(db, (trx) => enteredStates(trx, deployment, period));
  const key = ({ from_state, to_state }: { from_state: string; to_state: string }) => `${from_state} ${to_state}`;
  const transitions = entered
    .sort((a, b) => b.count - a.count || (key(a) < key(b) ? -1 : 1))
    .map(({ from_state, to_state, count }) => ({ from_state, to_state, count }));
  return { period, transitions };
}
