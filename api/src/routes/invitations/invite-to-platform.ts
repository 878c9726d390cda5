import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { InvitationCreate, InvitationRead } from "../../schemas/member.ts";
import { pathId } from "../../schemas/primitives.ts";
import { readOptionalIdempotency } from "../../services/idempotency.ts";
import { createInvitation as create } from "../../services/invitations/create-invitation.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, idempotencyHeader, operation, problems } from "../operation.ts";

export const inviteToPlatform = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "post",
    path: "/v1/platforms/{platform_id}/invitations",
    operationId: "inviteToPlatform",
    tags: ["Invitations"],
    summary: "Invite somebody to any platform",
    description: "For its first manager.",
    middleware: jsonBody(),
    request: {
      params: z.object({ platform_id: pathId }),
      headers: idempotencyHeader,
      body: { required: true, content: { "application/json": { schema: InvitationCreate } } },
    },
    responses: {
      201: answer(InvitationRead, "The invitation"),
      200: answer(InvitationRead, "The invitation that this idempotency key made"),
      ...problems.submitted("not_found", "invitation_exists", "role_id_unknown", "idempotency_key_reused"),
    },
  }),
  async (c) => {
    const { deps, adminCaller: caller, rawBody } = c.var;
    const { platform_id: platformId } = c.req.valid("param");
    const route = `POST /v1/platforms/${platformId}/invitations`;
    const request = readOptionalIdempotency(deps.keyring, "admin", route, rawBody, c.req.header("idempotency-key"));
    const submission = { caller, platformId, input: c.req.valid("json"), request, facts: requestFacts(c) };
    const { invitation, replayed } = await create(deps, submission);
    if (!replayed) return c.json(invitation, 201);
    c.header("Idempotent-Replayed", "true");
    return c.json(invitation, 200);
  },
);
