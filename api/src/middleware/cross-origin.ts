import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context.ts";
import type { Operation } from "../routes/operation.ts";
import { pathPattern } from "../routes/path-pattern.ts";

const REQUEST_HEADERS = [
  "Authorization",
  "Content-Type",
  "Idempotency-Key",
  "Keystone-Version",
  "Last-Event-ID",
  "X-Keystone-Client",
  "X-Keystone-Environment",
  "X-Request-Id",
];
const RESPONSE_HEADERS = [
  "Idempotent-Replayed",
  "Keystone-Version",
  "Retry-After",
  "X-RateLimit-Limit",
  "X-RateLimit-Remaining",
  "X-RateLimit-Reset",
  "X-Request-Id",
];
const PREFLIGHT_SECONDS = 600;

/**
 * Lets pages of any origin call what a session token may call, for these pages are the platforms' own; everything else only pages of
 * the dashboard. Never with credentials: tokens are sent by hand.
 */
export function crossOrigin(operations: readonly Operation[], dashboardOrigins: readonly string[]) {
  const known = operations.map(({ route, access }) => ({
    pattern: pathPattern(route.path),
    method: route.method.toUpperCase(),
    forAnyone: typeof access === "string" || access.callers.session !== undefined,
  }));
  const rules = { allowHeaders: REQUEST_HEADERS, exposeHeaders: RESPONSE_HEADERS, maxAge: PREFLIGHT_SECONDS };
  return createMiddleware<AppEnv>(async (c, next) => {
    const preflight = c.req.method === "OPTIONS";
    const method = preflight ? c.req.header("access-control-request-method") : c.req.method;
    const operation = known.find((each) => each.method === method && each.pattern.test(c.req.path));
    if (operation === undefined) return next();
    const origin = operation.forAnyone ? "*" : [...dashboardOrigins];
    return cors({ ...rules, origin, allowMethods: [operation.method] })(c, next);
  });
}
