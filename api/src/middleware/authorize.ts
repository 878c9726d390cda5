import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { Access } from "../auth/access.ts";
import { type Admission, admit, type Credentials } from "../auth/admit.ts";
import type { Actor } from "../auth/caller.ts";
import type { AppEnv } from "../context.ts";
import { ApiError } from "../errors/api-error.ts";
import { countAddress, countCaller } from "./rate-limit.ts";

/** Lets a caller pass whom the operation takes and who has the right for it. Throws ApiError 400, 401, 403, 429. */
export function authorize(access: Access) {
  return createMiddleware<AppEnv>(async (c, next) => {
    // An answer may hold a deposit secret: nobody in between keeps it.
    c.header("Cache-Control", "no-store");
    const admission = await identify(c, access);
    remember(c, admission);
    await countCaller(c, admission);
    checkRight(access, admission.caller);
    await next();
  });
}

async function identify(c: Context<AppEnv>, access: Access): Promise<Admission> {
  try {
    return await admit(c.var.deps, access, credentialsOf(c));
  } catch (error) {
    // Who is not let in takes nothing from any environment, so that nobody can use up another's calls.
    if (error instanceof ApiError && error.status < 500) await countAddress(c);
    throw error;
  }
}

/** What of the request decides who calls. Throws ApiError 401. */
export function credentialsOf(c: Context<AppEnv>): Credentials {
  return {
    token: bearerToken(c.req.header("authorization")),
    method: c.req.method,
    ip: c.var.ip,
    environmentSlug: c.req.header("x-keystone-environment"),
  };
}

function remember(c: Context<AppEnv>, admission: Admission): void {
  if (admission.on === "environment") c.set("caller", admission.caller);
  else if (admission.on === "platform") c.set("platformCaller", admission.caller);
  else c.set("adminCaller", admission.caller);
  c.set("environmentId", admission.tenant?.environment_id);
  c.set("environmentVersion", admission.tenant?.api_version ?? undefined);
}

function checkRight({ callers }: Access, { kind, rights }: Actor): void {
  const anyOf = callers[kind];
  if (anyOf === undefined) {
    const required = [...new Set(Object.values(callers).flat())];
    const context = { callers: Object.keys(callers), ...(required.length > 0 && { required: oneOrAll(required) }) };
    throw new ApiError("insufficient_scope", "Tokens of this kind may not call this operation", { context });
  }
  if (anyOf.length === 0 || anyOf.some((right) => rights.has(right))) return;
  throw new ApiError("insufficient_scope", `The token lacks the right ${anyOf.join(" or ")}`, {
    context: { required: oneOrAll(anyOf) },
  });
}

function oneOrAll<T>(values: readonly T[]): T | readonly T[] {
  return values.length === 1 ? (values[0] as T) : values;
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
