import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { InvitationCreate, InvitationRead } from "../../schemas/member.ts";
import { readOptionalIdempotency } from "../../services/idempotency.ts";
import { createInvitation as create } from "../../services/invitations/create-invitation.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, idempotencyHeader, operation, problems } from "../operation.ts";

export const createInvitation = operation(
  access("platform", ["user"], "platform:members:manage"),
  createRoute({
    method: "post",
    path: "/v1/platforms/me/invitations",
    operationId: "createInvitation",
    tags: ["Invitations"],
    summary: "Invite somebody to the platform",
    description: "Valid for seven days. Without roles the person becomes a member who may do nothing yet.",
    middleware: jsonBody(),
    request: {
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
    const { deps, platformCaller: caller, rawBody } = c.var;
    const { platformId } = caller;
    const route = "POST /v1/platforms/me/invitations";
    const request = readOptionalIdempotency(
      deps.keyring,
      { platformId },
      route,
      rawBody,
      c.req.header("idempotency-key"),
    );
    const submission = { caller, platformId, input: c.req.valid("json"), request, facts: requestFacts(c) };
    const { invitation, replayed } = await create(deps, submission);
    if (!replayed) return c.json(invitation, 201);
    c.header("Idempotent-Replayed", "true");
    return c.json(invitation, 200);
  },
);
