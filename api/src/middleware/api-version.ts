import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context.ts";
import { ApiError } from "../errors/api-error.ts";
import { API_VERSIONS, LATEST_API_VERSION } from "../version.ts";

/** Every response names a version, also where none could be chosen. */
export const nameVersion = createMiddleware<AppEnv>(async (c, next) => {
  c.header("Keystone-Version", LATEST_API_VERSION);
  await next();
});

/**
 * Chooses the shape of the response: `Keystone-Version` for one call, else the environment's version; admin routes have the newest.
 * Throws ApiError 400.
 */
export function chooseVersion(forAdmins: boolean) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const wanted = c.req.header("keystone-version");
    if (wanted !== undefined && !isKnown(wanted)) {
      throw new ApiError("unknown_api_version", `Unknown version; known are ${API_VERSIONS.join(", ")}`, {
        loc: ["header", "keystone-version"],
      });
    }
    const version = forAdmins ? undefined : (wanted ?? c.var.environmentVersion);
    // A version that is no longer known is an environment's that nobody has changed since: it gets the newest.
    if (version !== undefined && isKnown(version)) c.header("Keystone-Version", version);
    await next();
  });
}

function isKnown(version: string): boolean {
  return API_VERSIONS.some((known) => known === version);
}
