import type { ErrorCode } from "../../errors/catalogue.ts";

const MAX_TIMEOUT_SECONDS = 365 * 86_400;

export interface TimeoutRules {
  /** The database's clock. */
  now: Date;
  minSeconds: number;
  /** Seconds that messages between chains need; 0 where none are. */
  marginSeconds: number;
}

/** What is wrong with a timeout, or null. */
export function timeoutFault(timeoutAt: Date, rules: TimeoutRules): Extract<ErrorCode, `timeout_${string}`> | null {
  const ahead = (timeoutAt.getTime() - rules.now.getTime()) / 1000;
  if (ahead <= 0) return "timeout_in_past";
  if (ahead < rules.minSeconds + rules.marginSeconds) return "timeout_too_close";
  return ahead > MAX_TIMEOUT_SECONDS ? "timeout_too_far" : null;
}

/** The message margin of legs: any leg off the coordinator's chain needs messages. */
export function marginFor(
  legs: readonly { chain_id: number }[],
  coordinatorChainId: number,
  marginSeconds: number,
): number {
  return legs.some((leg) => leg.chain_id !== coordinatorChainId) ? marginSeconds : 0;
}
