import { access } from "../../auth/access.ts";
import { InvitationPage } from "../../schemas/member.ts";
import { pageQuery } from "../../schemas/page.ts";
import { listInvitations as list } from "../../services/invitations/list-invitations.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listInvitations = operation(
  access("platform", ["user"], "platform:members:manage"),
  createRoute({
    method: "get",
    path: "/v1/platforms/me/invitations",
    operationId: "listInvitations",
    tags: ["Invitations"],
    summary: "List the pending invitations to the platform, newest first",
    request: { query: pageQuery({}) },
    responses: {
      200: answer(InvitationPage, "A page of invitations"),
      ...problems.secured("not_found", "validation_error"),
    },
  }),
  async (c) => c.json(await list(c.var.deps, c.var.platformCaller, c.req.valid("query")), 200),
);
