import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { PlatformRead, PlatformUpdate } from "../../schemas/platform.ts";
import { updatePlatform as update } from "../../services/platforms/update-platform.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const updatePlatform = operation(
  access("platform", ["user"], "platform:write"),
  createRoute({
    method: "patch",
    path: "/v1/platforms/me",
    operationId: "updatePlatform",
    tags: ["Platform"],
    summary: "Change the own platform",
    middleware: jsonBody(),
    request: { body: { required: true, content: { "application/json": { schema: PlatformUpdate } } } },
    responses: { 200: answer(PlatformRead, "The platform"), ...problems.submitted() },
  }),
  async (c) => {
    const { deps, platformCaller } = c.var;
    return c.json(await update(deps, platformCaller, c.req.valid("json"), requestFacts(c)), 200);
  },
);
