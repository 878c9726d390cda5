import { createRoute, type OpenAPIHono, type RouteConfig, type RouteHandler, z } from "@hono/zod-openapi";
import { type Access, securityOf } from "../auth/access.ts";
import type { AppEnv } from "../context.ts";
import { ERROR_STATUS, type ErrorCode } from "../errors/catalogue.ts";
import { chooseVersion } from "../middleware/api-version.ts";
import { authorize } from "../middleware/authorize.ts";
import { limitAddress } from "../middleware/rate-limit.ts";
import { Problem, ValidationProblem } from "../schemas/problem.ts";

/** Who may call: some, anyone so often, or anyone at any time, for what says that the process lives and what never changes. */
type Audience = Access | "anyone" | "unlimited";

/** A route as it stands in the OpenAPI document, who may call it, and how it is put on an app. */
export interface Operation {
  route: RouteConfig;
  access: Audience;
  mount(app: OpenAPIHono<AppEnv>): void;
}

/** One operation: who may call it, its route and its handler. Everything a handler needs is in the context. */
export function operation<R extends RouteConfig>(
  access: Audience,
  route: R,
  handler: RouteHandler<R, AppEnv>,
): Operation {
  const guarded = guard(route, access);
  // The pair was checked here; the app's own signature would only repeat it.
  return { route: guarded, access, mount: (app) => void app.openapi(guarded, handler as never) };
}

/** The route behind its check, with what the document says of it. */
function guard(route: RouteConfig, access: Audience): RouteConfig {
  const forAdmins = typeof access !== "string" && access.on === "admin";
  const own = [chooseVersion(forAdmins), ...(route.middleware === undefined ? [] : [route.middleware].flat())];
  if (access === "unlimited") return { ...route, middleware: own };
  if (access === "anyone") return { ...route, middleware: [limitAddress, ...own] };
  const middleware = [authorize(access), ...own];
  return { ...route, middleware, security: securityOf(access) as Record<string, string[]>[], "x-about": access.on };
}

export { createRoute };

/** The header of a creating POST whose key is optional. Its form is checked where it is read. */
export const idempotencyHeader = z.object({
  "idempotency-key": z
    .string()
    .optional()
    .openapi({ description: "Repeats of the request have one effect.", minLength: 1, maxLength: 255 }),
});

/** A documented JSON answer. */
export function answer<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { "application/json": { schema } } };
}

const SECURED = [
  "token_missing",
  "token_invalid",
  "token_expired",
  "session_revoked",
  "environment_header_required",
  "insufficient_scope",
  "environment_unknown",
  "environment_inactive",
  "ip_not_allowed",
  "rate_limited",
] as const;
const ALWAYS = ["unknown_api_version", "internal_error", "service_unavailable"] as const;
const WITH_BODY = ["malformed_json", "payload_too_large", "unsupported_media_type", "validation_error"] as const;

export const problems = {
  /** Errors of a route that anyone may call, beyond the ones of every route. */
  open: (...codes: ErrorCode[]) => documented([...ALWAYS, ...codes]),
  /** Errors of a route behind a token. */
  secured: (...codes: ErrorCode[]) => documented([...ALWAYS, ...SECURED, ...codes]),
  /** Errors of a route behind a token that reads a body. */
  submitted: (...codes: ErrorCode[]) => documented([...ALWAYS, ...SECURED, ...WITH_BODY, ...codes]),
};

/** The answers for these codes by status. Typed as nothing: errors are thrown, so handlers return only what succeeds. */
function documented(codes: ErrorCode[]): Record<never, never> {
  const byStatus = Map.groupBy(codes, (code) => ERROR_STATUS[code]);
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => {
      const shape = !list.includes("validation_error")
        ? Problem
        : list.length === 1
          ? ValidationProblem
          : Problem.or(ValidationProblem);
      return [status, { ...answer(shape, list.join(", ")), "x-codes": list }];
    }),
  );
}
