import { access } from "../../auth/access.ts";
import { MemberPage } from "../../schemas/member.ts";
import { pageQuery } from "../../schemas/page.ts";
import { listMembers as list } from "../../services/members/list-members.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listMembers = operation(
  access("platform", ["user"], "platform:read"),
  createRoute({
    method: "get",
    path: "/v1/platforms/me/members",
    operationId: "listMembers",
    tags: ["Members"],
    summary: "List the members of the platform, by their ids",
    request: { query: pageQuery({}) },
    responses: { 200: answer(MemberPage, "A page of members"), ...problems.secured("not_found", "validation_error") },
  }),
  async (c) => c.json(await list(c.var.deps, c.var.platformCaller, c.req.valid("query")), 200),
);
