/** Every event that platforms are told of. The one source for validation, the OpenAPI document and the samples of test calls. */
export const EVENT_NAMES = [
  "settlement.state.awaiting_maturity",
  "settlement.state.instructed",
  "settlement.state.compliance_checking",
  "settlement.state.compliance_cleared",
  "settlement.state.awaiting_deposits",
  "settlement.state.executing_swap",
  "settlement.state.finalized",
  "settlement.state.rolled_back",
  "settlement.state.timed_out",
  "settlement.compliance.cleared",
  "settlement.compliance.failed",
  "settlement.compliance.flagged",
  "settlement.leg.deposited",
  "settlement.leg.released",
  "settlement.leg.claimable",
  "settlement.leg.refunded",
  "settlement.leg.waived",
  "settlement.repo.matured",
  "settlement.repo.closing_timed_out",
  "instruction.matched",
  "instruction.match_failed",
  "instruction.cancelled",
  "instruction.expired",
  "test.ping",
] as const;

export type EventName = (typeof EVENT_NAMES)[number];

const NAMES: ReadonlySet<string> = new Set(EVENT_NAMES);

export function isEventName(name: string): name is EventName {
  return NAMES.has(name);
}

/** Whether a subscription can ever match: `*`, the beginning of a name with `.*`, or a name. */
export function isEventPattern(pattern: string): boolean {
  return EVENT_NAMES.some((name) => matchesPattern(pattern, name));
}

export function matchesPattern(pattern: string, name: string): boolean {
  if (pattern === "*") return true;
  return pattern.endsWith(".*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

/** The event of a state entered. Throws for a state that no shipped ruleset has. */
export function stateEvent(state: string): EventName {
  const name = `settlement.state.${state.toLowerCase()}`;
  if (!isEventName(name)) throw new Error(`No event tells of the state ${state}`);
  return name;
}
