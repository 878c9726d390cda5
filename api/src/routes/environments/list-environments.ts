import { access } from "../../auth/access.ts";
import { EnvironmentPage } from "../../schemas/environment.ts";
import { pageQuery } from "../../schemas/page.ts";
import { listEnvironments as list } from "../../services/environments/list-environments.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listEnvironments = operation(
  access("platform", ["m2m", "user"], "platform:read"),
  createRoute({
    method: "get",
    path: "/v1/platforms/me/environments",
    operationId: "listEnvironments",
    tags: ["Environments"],
    summary: "List all environments of the platform, newest first",
    request: { query: pageQuery({}) },
    responses: { 200: answer(EnvironmentPage, "A page of environments"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await list(c.var.deps, c.var.platformCaller, c.req.valid("query")), 200),
);
