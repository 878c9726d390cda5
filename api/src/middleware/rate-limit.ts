import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { networkOf } from "../addresses.ts";
import type { Admission } from "../auth/admit.ts";
import type { AppEnv } from "../context.ts";
import { ApiError } from "../errors/api-error.ts";
import { type Allowance, type Bucket, takeToken } from "../services/take-token.ts";

/** The part of an environment's calls that one session may make. */
const SESSION_SHARE = 5;

/** Counts a call of a known caller: for its environment, a session's for itself as well; else for the user. Throws ApiError 429. */
export async function countCaller(c: Context<AppEnv>, { caller, tenant }: Admission): Promise<void> {
  const { perMinute } = c.var.deps.settings.rateLimits;
  if (tenant === null) return count(c, { key: `user:${caller.actorId}`, perMinute });
  const ofEnvironment = tenant.rate_limit_rpm ?? perMinute;
  const environment = { key: `environment:${tenant.environment_id}`, perMinute: ofEnvironment };
  if (caller.kind !== "session") return count(c, environment);
  const ofSession = Math.max(1, Math.floor(ofEnvironment / SESSION_SHARE));
  // First the session's own, so that one that is held back takes nothing from the others.
  return count(c, { key: `session:${caller.actorId}`, perMinute: ofSession }, environment);
}

/** Counts a call of nobody in particular for the address that it comes from. Throws ApiError 429. */
export function countAddress(c: Context<AppEnv>): Promise<void> {
  const { anonymousPerMinute: perMinute } = c.var.deps.settings.rateLimits;
  return count(c, { key: `address:${c.var.ip === null ? "unknown" : networkOf(c.var.ip)}`, perMinute });
}

/** For routes that need no token. */
export const limitAddress = createMiddleware<AppEnv>(async (c, next) => {
  await countAddress(c);
  await next();
});

async function count(c: Context<AppEnv>, ...buckets: [Bucket, ...Bucket[]]): Promise<void> {
  let tightest: Allowance | undefined;
  for (const bucket of buckets) {
    const allowance = await takeToken(c.var.deps.db, bucket);
    if (tightest === undefined || allowance.remaining < tightest.remaining) tightest = allowance;
    tell(c, tightest);
    if (allowance.retryAfter === null) continue;
    tell(c, allowance);
    throw new ApiError("rate_limited", `More than ${allowance.limit} calls a minute; try again later`, {
      headers: { "Retry-After": String(allowance.retryAfter) },
    });
  }
}

function tell(c: Context<AppEnv>, { limit, remaining, reset }: Allowance): void {
  c.header("X-RateLimit-Limit", String(limit));
  c.header("X-RateLimit-Remaining", String(remaining));
  c.header("X-RateLimit-Reset", String(reset));
}
