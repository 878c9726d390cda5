import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { PlatformCreate, PlatformRead } from "../../schemas/platform.ts";
import { readOptionalIdempotency } from "../../services/idempotency.ts";
import { createPlatform as create } from "../../services/platforms/create-platform.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, idempotencyHeader, operation, problems } from "../operation.ts";

export const createPlatform = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "post",
    path: "/v1/platforms",
    operationId: "createPlatform",
    tags: ["Platform"],
    summary: "Register a platform",
    description: "Creates its organization in the directory and its environment `development`, bound to the client id.",
    middleware: jsonBody(),
    request: {
      headers: idempotencyHeader,
      body: { required: true, content: { "application/json": { schema: PlatformCreate } } },
    },
    responses: {
      201: answer(PlatformRead, "The platform"),
      200: answer(PlatformRead, "The platform that this idempotency key made"),
      ...problems.submitted("slug_taken", "client_id_taken", "idempotency_key_reused"),
    },
  }),
  async (c) => {
    const { deps, adminCaller: caller, rawBody } = c.var;
    const key = c.req.header("idempotency-key");
    const request = readOptionalIdempotency(deps.keyring, "admin", "POST /v1/platforms", rawBody, key);
    const submission = { caller, input: c.req.valid("json"), request, facts: requestFacts(c) };
    const { platform, replayed } = await create(deps, submission);
    if (!replayed) return c.json(platform, 201);
    c.header("Idempotent-Replayed", "true");
    return c.json(platform, 200);
  },
);
