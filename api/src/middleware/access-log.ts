import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context.ts";

/** One line per request. Only what cannot hold a secret: no headers, no query, no bodies. */
export const accessLog = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  c.var.deps.log.info(
    {
      request_id: c.var.requestId,
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      duration_ms: Math.round(performance.now() - c.var.startedAt),
      environment_id: c.var.environmentId,
    },
    "request",
  );
});
