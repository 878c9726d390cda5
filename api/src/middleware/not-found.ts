import type { Context } from "hono";
import type { AppEnv } from "../context.ts";
import { ApiError, notFound } from "../errors/api-error.ts";
import { renderError } from "../errors/render.ts";
import { pathPattern } from "../routes/path-pattern.ts";

/** 405 where the path exists with another method, else 404. */
export function unknownRoute(routes: readonly { method: string; path: string }[]) {
  const known = routes.map(({ method, path }) => ({
    method: method.toUpperCase(),
    pattern: pathPattern(path),
  }));
  return (c: Context<AppEnv>): Response => {
    const methods = [...new Set(known.filter(({ pattern }) => pattern.test(c.req.path)).map(({ method }) => method))];
    if (methods.length === 0) return renderError(notFound("Route"), c);
    const allow = methods.join(", ");
    return renderError(new ApiError("method_not_allowed", `Use ${allow}`, { headers: { Allow: allow } }), c);
  };
}
