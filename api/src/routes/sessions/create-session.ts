import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { SessionCreate, SessionRead } from "../../schemas/session.ts";
import { createSession as create } from "../../services/sessions/create-session.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const createSession = operation(
  access("environment", ["m2m"]),
  createRoute({
    method: "post",
    path: "/v1/sessions",
    operationId: "createSession",
    tags: ["Sessions"],
    summary: "Make a session token for a browser",
    description: "With rights of the machine token's own, for all settlements of its environment or for some.",
    middleware: jsonBody(),
    request: { body: { required: true, content: { "application/json": { schema: SessionCreate } } } },
    responses: { 201: answer(SessionRead, "The session and its token"), ...problems.submitted("not_found") },
  }),
  async (c) => c.json(await create(c.var.deps, c.var.caller, c.req.valid("json"), requestFacts(c)), 201),
);
