import type { Context } from "hono";
import type { AppEnv } from "../context.ts";
import { ApiError, notFound } from "../errors/api-error.ts";
import { renderError } from "../errors/render.ts";
import { pathPattern } from "../routes/path-pattern.ts";
import { countAddress } from "./rate-limit.ts";

/** 405 where the path exists with another method, else 404. Under /v1 it counts for the address: no token is looked at here. */
export function unknownRoute(routes: readonly { method: string; path: string }[]) {
  const known = routes.map(({ method, path }) => ({
    method: method.toUpperCase(),
    pattern: pathPattern(path),
  }));
  return async (c: Context<AppEnv>): Promise<Response> => {
    if (c.req.path.startsWith("/v1/")) await countAddress(c);
    const methods = [...new Set(known.filter(({ pattern }) => pattern.test(c.req.path)).map(({ method }) => method))];
    if (methods.length === 0) return renderError(notFound("Route"), c);
    const allow = methods.join(", ");
    return renderError(new ApiError("method_not_allowed", `Use ${allow}`, { headers: { Allow: allow } }), c);
  };
}
