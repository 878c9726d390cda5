import { traced } from "@keystoneos/telemetry";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context.ts";
import type { Operation } from "../routes/operation.ts";
import { pathPattern } from "../routes/path-pattern.ts";

/**
 * A span and a duration for each request, by its route and never by its path: paths hold ids, and whoever calls can make up any. A
 * caller's own trace is not continued, for nobody outside decides what is recorded here.
 */
export function observe(operations: readonly Operation[]) {
  const known = operations.map(({ route }) => ({
    path: route.path,
    method: route.method.toUpperCase(),
    pattern: pathPattern(route.path),
  }));
  return createMiddleware<AppEnv>(async (c, next) => {
    const operation = known.find(({ method, pattern }) => method === c.req.method && pattern.test(c.req.path));
    const { method, path: route } = operation ?? { method: "other", path: "other" };
    const started = performance.now();
    const attributes = { "http.request.method": method, "http.route": route, request_id: c.var.requestId };
    await traced(`${method} ${route}`, { attributes, parent: null }, async (span) => {
      await next();
      span.setAttribute("http.response.status_code", c.res.status);
      if (c.var.environmentId !== undefined) span.setAttribute("environment_id", c.var.environmentId);
    });
    c.var.deps.observe({ method, route, status: c.res.status }, (performance.now() - started) / 1000);
  });
}
