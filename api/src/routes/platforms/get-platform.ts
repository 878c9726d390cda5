import { access } from "../../auth/access.ts";
import { PlatformRead } from "../../schemas/platform.ts";
import { getPlatform as get } from "../../services/platforms/get-platform.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getPlatform = operation(
  access("platform", ["m2m", "user"], "platform:read"),
  createRoute({
    method: "get",
    path: "/v1/platforms/me",
    operationId: "getPlatform",
    tags: ["Platform"],
    summary: "Get the own platform",
    responses: { 200: answer(PlatformRead, "The platform"), ...problems.secured() },
  }),
  async (c) => c.json(await get(c.var.deps, c.var.platformCaller), 200),
);
