import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { AllowedIpCreate, AllowedIpRead } from "../../schemas/allowed-ip.ts";
import { pathId } from "../../schemas/primitives.ts";
import { createAllowedIp as create } from "../../services/allowed-ips/create-allowed-ip.ts";
import { readOptionalIdempotency } from "../../services/idempotency.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, idempotencyHeader, operation, problems } from "../operation.ts";

export const createAllowedIp = operation(
  access("platform", ["user"], "platform:environments:manage"),
  createRoute({
    method: "post",
    path: "/v1/platforms/me/environments/{env_id}/allowed-ips",
    operationId: "createAllowedIp",
    tags: ["Security"],
    summary: "Allow machine tokens of an environment from a block of addresses",
    description: "The first entry restricts at once: machine tokens are refused from everywhere else.",
    middleware: jsonBody(),
    request: {
      params: z.object({ env_id: pathId }),
      headers: idempotencyHeader,
      body: { required: true, content: { "application/json": { schema: AllowedIpCreate } } },
    },
    responses: {
      201: answer(AllowedIpRead, "The new entry"),
      200: answer(AllowedIpRead, "The entry that this idempotency key made"),
      ...problems.submitted("not_found", "allowed_ip_exists", "idempotency_key_reused"),
    },
  }),
  async (c) => {
    const { deps, platformCaller: caller, rawBody } = c.var;
    const { env_id } = c.req.valid("param");
    const route = "POST /v1/platforms/me/environments/{env_id}/allowed-ips";
    const owner = { platformId: caller.platformId };
    const asked = { ...(rawBody as object), env_id };
    const request = readOptionalIdempotency(deps.keyring, owner, route, asked, c.req.header("idempotency-key"));
    const submission = { caller, environmentId: env_id, input: c.req.valid("json"), request, facts: requestFacts(c) };
    const { allowedIp, replayed } = await create(deps, submission);
    if (!replayed) return c.json(allowedIp, 201);
    c.header("Idempotent-Replayed", "true");
    return c.json(allowedIp, 200);
  },
);
