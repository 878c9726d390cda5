import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { removeMember as remove } from "../../services/members/remove-member.ts";
import { requestFacts } from "../facts.ts";
import { createRoute, operation, problems } from "../operation.ts";

export const removeMember = operation(
  access("platform", ["user"], "platform:members:manage"),
  createRoute({
    method: "delete",
    path: "/v1/platforms/me/members/{user_id}",
    operationId: "removeMember",
    tags: ["Members"],
    summary: "Take a member out of the platform",
    description: "The member gets no further token; one that is out is valid until it ends.",
    request: { params: z.object({ user_id: z.string() }) },
    responses: {
      204: { description: "No longer a member" },
      ...problems.secured("not_found", "self_change_forbidden"),
    },
  }),
  async (c) => {
    await remove(c.var.deps, c.var.platformCaller, c.req.valid("param").user_id, requestFacts(c));
    return c.body(null, 204);
  },
);
