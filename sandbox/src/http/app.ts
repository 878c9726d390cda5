import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { bearerOf, type CallerApi, callerApi } from "../api/caller-api.ts";
import type { Dependencies } from "../context.ts";
import { decide, readCounterparty, startCounterparty } from "../counterparty/counterparty.ts";
import type { Rounds } from "../counterparty/rounds.ts";
import { SandboxError } from "../errors.ts";
import { give } from "../faucet/give.ts";
import type { Logger } from "../log.ts";
import { jsonBody } from "./body.ts";
import { failures } from "./ready.ts";
import { counterpartyRequest, decisionRequest, faucetRequest } from "./schemas.ts";
import { ValidationError, validated } from "./validation.ts";

/** Variables of one request. */
type Env = { Variables: { requestId: string; caller: CallerApi } };

const MAX_BODY_BYTES = 16 * 1024;

/** The HTTP door: `/faucet`, `/counterparty`, and for operators `/health` and `/ready`. */
export function createApp(deps: Dependencies, rounds: Rounds, apiUrl: string): Hono<Env> {
  const app = new Hono<Env>();
  const parts = { ...deps, faultOf: rounds.faultOf };

  app.use(async (c, next) => {
    const given = c.req.header("x-request-id") ?? "";
    c.set("requestId", /^[A-Za-z0-9._-]{1,128}$/.test(given) ? given : randomUUID());
    c.header("X-Request-Id", c.var.requestId);
    const startedAt = performance.now();
    await next();
    const { method, path } = c.req;
    const facts = { request_id: c.var.requestId, method, path, status: c.res.status };
    deps.log.debug({ ...facts, duration_ms: Math.round(performance.now() - startedAt) }, "answered");
  });
  app.get("/health", (c) => c.json({ status: "ok" }));
  app.get("/ready", async (c) => {
    const failing = await failures(deps, rounds);
    return failing.length === 0 ? c.json({ status: "ok" }) : c.json({ status: "unavailable", failing }, 503);
  });

  const onError = () => {
    // The rest of the body is never read, so the connection cannot be used again.
    const headers = { Connection: "close" };
    throw new SandboxError(413, "payload_too_large", `The body is larger than ${MAX_BODY_BYTES} bytes`, { headers });
  };
  const asCaller = createMiddleware<Env>(async (c, next) => {
    const [authorization, environment] = [c.req.header("authorization"), c.req.header("x-keystone-environment")];
    c.set("caller", callerApi(apiUrl, bearerOf({ authorization, environment })));
    await next();
  });
  app.use("/faucet", bodyLimit({ maxSize: MAX_BODY_BYTES, onError }), asCaller);
  app.use("/counterparty/*", bodyLimit({ maxSize: MAX_BODY_BYTES, onError }), asCaller);
  app.post("/faucet", async (c) => {
    const request = validated(faucetRequest, await jsonBody(c));
    return c.json(await give(deps, c.var.caller, request));
  });
  app.post("/counterparty", async (c) => {
    const request = validated(counterpartyRequest, await jsonBody(c));
    const { created, read } = await startCounterparty(parts, c.var.caller, request);
    return c.json(read, created ? 201 : 200);
  });
  app.get("/counterparty/:instruction_id", async (c) =>
    c.json(await readCounterparty(parts, c.var.caller, c.req.param("instruction_id"))),
  );
  app.post("/counterparty/:instruction_id/decision", async (c) => {
    const request = validated(decisionRequest, await jsonBody(c));
    return c.json(await decide(parts, c.var.caller, c.req.param("instruction_id"), request));
  });

  app.notFound((c) => {
    throw new SandboxError(404, "not_found", `There is no ${c.req.method} ${c.req.path}`);
  });
  app.onError((thrown, c) => {
    const request_id = c.var.requestId;
    if (thrown instanceof ValidationError) {
      return c.json({ detail: thrown.details, code: "validation_error", request_id }, 422);
    }
    const error = thrown instanceof SandboxError ? thrown : internal(thrown);
    if (error.status >= 500) logFailure(deps.log, request_id, error);
    const context = error.context === undefined ? undefined : { context: error.context };
    return c.json({ detail: error.message, code: error.code, request_id, ...context }, error.status, error.headers);
  });
  return app;
}

function internal(cause: unknown): SandboxError {
  return new SandboxError(500, "internal_error", "Internal error; quote the request id when asking about it", {
    cause,
  });
}

function logFailure(log: Logger, request_id: string, error: SandboxError): void {
  log.error({ request_id, err: error.cause ?? error }, error.message);
}
