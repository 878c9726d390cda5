import { ProtocolError } from "../errors.ts";
import type { Ruleset } from "./types.ts";

/**
 * Name of the state at a position.
 *
 * @throws ProtocolError `ruleset_input` when the ruleset has no such state.
 */
export function stateName(ruleset: Ruleset, index: number): string {
  const state = ruleset.states[index];
  if (state === undefined) throw new ProtocolError("ruleset_input", `no state at position ${index}`);
  return state.name;
}
