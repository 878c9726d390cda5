import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { withdrawInvitation as withdraw } from "../../services/invitations/withdraw-invitation.ts";
import { requestFacts } from "../facts.ts";
import { createRoute, operation, problems } from "../operation.ts";

export const withdrawInvitation = operation(
  access("platform", ["user"], "platform:members:manage"),
  createRoute({
    method: "delete",
    path: "/v1/platforms/me/invitations/{invitation_id}",
    operationId: "withdrawInvitation",
    tags: ["Invitations"],
    summary: "Take an invitation back",
    request: { params: z.object({ invitation_id: z.string() }) },
    responses: { 204: { description: "Its link works no longer" }, ...problems.secured("not_found") },
  }),
  async (c) => {
    await withdraw(c.var.deps, c.var.platformCaller, c.req.valid("param").invitation_id, requestFacts(c));
    return c.body(null, 204);
  },
);
