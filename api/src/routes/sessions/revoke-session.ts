import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { pathId } from "../../schemas/primitives.ts";
import { revokeSession as revoke } from "../../services/sessions/revoke-session.ts";
import { requestFacts } from "../facts.ts";
import { createRoute, operation, problems } from "../operation.ts";

export const revokeSession = operation(
  access("environment", ["m2m"]),
  createRoute({
    method: "delete",
    path: "/v1/sessions/{session_id}",
    operationId: "revokeSession",
    tags: ["Sessions"],
    summary: "End a session at once",
    request: { params: z.object({ session_id: pathId }) },
    responses: { 204: { description: "It has ended, now or before" }, ...problems.secured("not_found") },
  }),
  async (c) => {
    await revoke(c.var.deps, c.var.caller, c.req.valid("param").session_id, requestFacts(c));
    return c.body(null, 204);
  },
);
