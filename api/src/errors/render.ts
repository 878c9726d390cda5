import { sqlState } from "@keystoneos/store";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { AppEnv } from "../context.ts";
import { ApiError, unavailable } from "./api-error.ts";
import { ValidationError } from "./validation.ts";

/** Turns whatever was thrown into the documented answer. What is not ours is logged in full and told as nothing but its request id. */
export function renderError(thrown: unknown, c: Context<AppEnv>): Response {
  if (thrown instanceof ValidationError) {
    return c.json({ detail: thrown.details, code: "validation_error", request_id: c.var.requestId }, 422);
  }
  const error = thrown instanceof ApiError ? thrown : translate(thrown);
  if (error.status >= 500) {
    const reason = error.cause ?? thrown;
    c.var.deps.log.error({ request_id: c.var.requestId, err: reason, path: c.req.path }, error.message);
  }
  const body = {
    detail: error.message,
    code: error.code,
    request_id: c.var.requestId,
    ...(error.context === undefined ? undefined : { context: error.context }),
  };
  return c.json(body, error.status, error.headers);
}

/** What the server or a library throws, in the catalogue's words. */
function translate(thrown: unknown): ApiError {
  if (thrown instanceof HTTPException) {
    if (thrown.status === 415) return new ApiError("unsupported_media_type", "Send application/json");
    if (thrown.status === 413) return new ApiError("payload_too_large", "The body is larger than allowed");
    if (thrown.status === 400) return new ApiError("malformed_json", "The body is not valid JSON");
  }
  if (isDatabaseAway(thrown)) return unavailable("The database", thrown);
  if (isViewMissing(thrown)) return unavailable("The indexer", thrown);
  return new ApiError("internal_error", "Internal error; quote the request id when asking about it", { cause: thrown });
}

const NETWORK_CODES = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOTFOUND", "ETIMEDOUT", "EAI_AGAIN"]);

/** Connection lost or refused, shutting down, starting up, or out of connections. */
function isDatabaseAway(thrown: unknown): boolean {
  const state = sqlState(thrown);
  if (state !== null && (/^(08|57P)/.test(state) || state === "53300")) return true;
  if (!(thrown instanceof Error)) return false;
  if (thrown instanceof AggregateError && thrown.errors.some(isDatabaseAway)) return true;
  if ("code" in thrown && typeof thrown.code === "string" && NETWORK_CODES.has(thrown.code)) return true;
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
    thrown.message,
  );
}

/** The views' schema is not there yet: the indexer makes it at its first start. */
function isViewMissing(thrown: unknown): boolean {
  const state = sqlState(thrown);
  if (state !== "42P01" && state !== "3F000") return false;
  return !(thrown instanceof Error && thrown.message.includes('"keystone.'));
}
