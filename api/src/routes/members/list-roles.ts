import { access } from "../../auth/access.ts";
import { RolePage } from "../../schemas/member.ts";
import { pageQuery } from "../../schemas/page.ts";
import { listRoles as list } from "../../services/members/list-roles.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listRoles = operation(
  access("platform", ["user"], "platform:read"),
  createRoute({
    method: "get",
    path: "/v1/platforms/me/roles",
    operationId: "listRoles",
    tags: ["Members"],
    summary: "List the roles that members may be given",
    request: { query: pageQuery({}) },
    responses: { 200: answer(RolePage, "A page of roles"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await list(c.var.deps, c.req.valid("query")), 200),
);
