import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { MemberRead, MemberUpdate } from "../../schemas/member.ts";
import { changeRoles } from "../../services/members/change-roles.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const updateMember = operation(
  access("platform", ["user"], "platform:members:manage"),
  createRoute({
    method: "patch",
    path: "/v1/platforms/me/members/{user_id}",
    operationId: "updateMember",
    tags: ["Members"],
    summary: "Replace the roles of a member",
    description: "Holds from the member's next token on.",
    middleware: jsonBody(),
    request: {
      params: z.object({ user_id: z.string() }),
      body: { required: true, content: { "application/json": { schema: MemberUpdate } } },
    },
    responses: {
      200: answer(MemberRead, "The member"),
      ...problems.submitted("not_found", "self_change_forbidden", "role_id_unknown"),
    },
  }),
  async (c) => {
    const { deps, platformCaller } = c.var;
    const { user_id } = c.req.valid("param");
    return c.json(await changeRoles(deps, platformCaller, user_id, c.req.valid("json"), requestFacts(c)), 200);
  },
);
