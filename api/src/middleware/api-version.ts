import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context.ts";
import { ApiError } from "../errors/api-error.ts";
import { API_VERSIONS, LATEST_API_VERSION } from "../version.ts";

/** `Keystone-Version` chooses the shape of the response; the response names the one that was used. */
export const apiVersion = createMiddleware<AppEnv>(async (c, next) => {
  const wanted = c.req.header("keystone-version");
  c.header("Keystone-Version", LATEST_API_VERSION);
  if (wanted !== undefined && !API_VERSIONS.some((version) => version === wanted)) {
    throw new ApiError("unknown_api_version", `Unknown version; known are ${API_VERSIONS.join(", ")}`, {
      loc: ["header", "keystone-version"],
    });
  }
  await next();
});
