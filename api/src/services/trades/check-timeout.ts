import type { TemplateConfig } from "@keystoneos/protocol";
import type { Dependencies } from "../../context.ts";
import { ApiError } from "../../errors/api-error.ts";
import type { ErrorCode } from "../../errors/catalogue.ts";
import type { RepoTerms } from "./check-repo.ts";

const MAX_TIMEOUT_SECONDS = 365 * 86_400;
const MAX_MATURITY_YEARS = 10;

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

const TIMEOUT_TEXTS = {
  timeout_in_past: () => "timeout_at has passed; choose a later time",
  timeout_too_close: (least: number) => `timeout_at must be at least ${least} seconds ahead`,
  timeout_too_far: () => "timeout_at must be at most 365 days ahead",
};

export interface Timing {
  config: TemplateConfig;
  legs: readonly { chain_id: number }[];
  timeoutAt: Date;
  repo: RepoTerms | null;
  /** The database's clock. */
  now: Date;
}

/** Judges the times of a trade by the database's clock. Throws ApiError 422. */
export function checkTimes({ settings, deployment }: Dependencies, timing: Timing): void {
  const { config, legs, timeoutAt, repo, now } = timing;
  const minSeconds = settings.minTimeoutSeconds;
  const marginSeconds = marginFor(legs, deployment.coordinatorChainId, config.on_chain.message_margin_seconds);
  const fault = timeoutFault(timeoutAt, { now, minSeconds, marginSeconds });
  if (fault !== null) {
    throw new ApiError(fault, TIMEOUT_TEXTS[fault](minSeconds + marginSeconds), { loc: ["body", "timeout_at"] });
  }
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + MAX_MATURITY_YEARS);
  if (repo === null || repo.maturityAt <= latest) return;
  const detail = `maturity_at must be at most ${MAX_MATURITY_YEARS} years ahead`;
  throw new ApiError("timeout_too_far", detail, { loc: ["body", "maturity_at"] });
}
