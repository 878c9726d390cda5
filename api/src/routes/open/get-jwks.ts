import { Jwks } from "../../schemas/session.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getJwks = operation(
  "unlimited",
  createRoute({
    method: "get",
    path: "/.well-known/jwks.json",
    operationId: "getJwks",
    tags: ["Sessions"],
    summary: "The keys that session tokens are signed with",
    responses: { 200: answer(Jwks, "The keys, public parts only"), ...problems.open() },
  }),
  (c) => {
    c.header("Cache-Control", "public, max-age=600");
    return c.json(c.var.deps.sessions.jwks as Jwks, 200);
  },
);
