import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { EnvironmentCreate, EnvironmentRead } from "../../schemas/environment.ts";
import { createEnvironment as create } from "../../services/environments/create-environment.ts";
import { readOptionalIdempotency } from "../../services/idempotency.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, idempotencyHeader, operation, problems } from "../operation.ts";

export const createEnvironment = operation(
  access("platform", ["m2m", "user"], "platform:environments:manage"),
  createRoute({
    method: "post",
    path: "/v1/platforms/me/environments",
    operationId: "createEnvironment",
    tags: ["Environments"],
    summary: "Create an environment",
    description: "Machine tokens of the client id stand for it from then on.",
    middleware: jsonBody(),
    request: {
      headers: idempotencyHeader,
      body: { required: true, content: { "application/json": { schema: EnvironmentCreate } } },
    },
    responses: {
      201: answer(EnvironmentRead, "The environment"),
      200: answer(EnvironmentRead, "The environment that this idempotency key made"),
      ...problems.submitted("slug_taken", "client_id_taken", "webhook_url_forbidden", "idempotency_key_reused"),
    },
  }),
  async (c) => {
    const { deps, platformCaller: caller, rawBody } = c.var;
    const owner = { platformId: caller.platformId };
    const route = "POST /v1/platforms/me/environments";
    const request = readOptionalIdempotency(deps.keyring, owner, route, rawBody, c.req.header("idempotency-key"));
    const submission = { caller, input: c.req.valid("json"), request, facts: requestFacts(c) };
    const { environment, replayed } = await create(deps, submission);
    if (!replayed) return c.json(environment, 201);
    c.header("Idempotent-Replayed", "true");
    return c.json(environment, 200);
  },
);
