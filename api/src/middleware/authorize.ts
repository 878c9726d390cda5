import { createMiddleware } from "hono/factory";
import { findCaller } from "../auth/caller.ts";
import type { Right } from "../auth/rights.ts";
import type { AppEnv } from "../context.ts";
import { ApiError } from "../errors/api-error.ts";

/** Lets a caller pass whose token is good and has one of the rights. Throws ApiError 401 or 403. */
export function authorize(...anyOf: [Right, ...Right[]]) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const { tokens, db } = c.var.deps;
    const claims = await tokens.verify(bearerToken(c.req.header("authorization")));
    const caller = await findCaller(db, claims);
    if (!anyOf.some((right) => caller.rights.has(right))) {
      throw new ApiError("insufficient_scope", `The token lacks the right ${anyOf.join(" or ")}`, {
        context: { required: anyOf.length === 1 ? anyOf[0] : anyOf },
      });
    }
    c.set("caller", caller);
    // An answer may hold a deposit secret: nobody in between keeps it.
    c.header("Cache-Control", "no-store");
    await next();
  });
}

function bearerToken(header: string | undefined): string {
  const headers = { "WWW-Authenticate": "Bearer" };
  const match = /^Bearer +([^ ]+) *$/i.exec(header ?? "");
  if (header === undefined || header === "") {
    throw new ApiError("token_missing", "Send the header Authorization: Bearer <token>", { headers });
  }
  if (match === null)
    throw new ApiError("token_invalid", "The Authorization header is not Bearer <token>", { headers });
  return match[1] as string;
}
