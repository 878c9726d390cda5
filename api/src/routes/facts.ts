import type { Context } from "hono";
import type { AppEnv, RequestFacts } from "../context.ts";

const MAX_USER_AGENT = 500;

/** What an activity row may say of a request. */
export function requestFacts(c: Context<AppEnv>): RequestFacts {
  return {
    requestId: c.var.requestId,
    startedAt: c.var.startedAt,
    method: c.req.method,
    path: c.req.path,
    ip: c.var.ip,
    userAgent: c.req.header("user-agent")?.slice(0, MAX_USER_AGENT) ?? null,
  };
}
