import type { Verdict, WaitOptions } from "../core/wait.ts";
import { EndedElsewhereError } from "../errors/keystone-error.ts";
import type { Finality, Settlement, SettlementEvent, SettlementState } from "../generated/types.ts";

export interface SettlementWait extends WaitOptions<Settlement> {
  /** One or several; by default any that it can end in. */
  state?: SettlementState | readonly SettlementState[];
  /** How final it must be. */
  finality?: Finality;
}

const RANKS: readonly (Finality | undefined)[] = ["pending", "safe", "finalized"];
const FAILED: readonly string[] = ["ROLLED_BACK", "TIMED_OUT"];
const FINAL: readonly string[] = [...FAILED, "FINALIZED"];

/**
 * Judges a settlement by what is waited for. A state that it has passed counts too, and is found in its events, which are read when the
 * state has changed.
 */
export function judgeSettlement(
  wanted: readonly SettlementState[],
  finality: Finality,
  readEvents: (signal: AbortSignal) => Promise<SettlementEvent[]>,
) {
  const isEnough = (reached: Finality | undefined) => RANKS.indexOf(reached) >= RANKS.indexOf(finality);
  const canBePassed = wanted.some((state) => !FINAL.includes(state));
  let passed: SettlementEvent | undefined;
  let readAt: string | undefined;

  return async (settlement: Settlement, signal: AbortSignal): Promise<Verdict> => {
    const { id, state } = settlement;
    const isSettled = isEnough(settlement.onChain?.finality);
    if (wanted.includes(state)) return isSettled ? "reached" : "soon";
    const hasFailed = FAILED.includes(state);
    if (canBePassed && !hasFailed && (readAt !== state || passed !== undefined)) {
      const events = await readEvents(signal);
      passed = events.reverse().find(({ toState }) => (wanted as readonly string[]).includes(toState));
      readAt = state;
      if (passed !== undefined) return isEnough(passed.chain?.finality) ? "reached" : "soon";
    }
    if (!FINAL.includes(state)) return "later";
    // What is not final enough can still be taken back.
    if (!isSettled) return "soon";
    throw new EndedElsewhereError(`Settlement ${id} is ${state}`, settlement);
  };
}
