import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { AllowedIpPage } from "../../schemas/allowed-ip.ts";
import { pageQuery } from "../../schemas/page.ts";
import { pathId } from "../../schemas/primitives.ts";
import { listAllowedIps as list } from "../../services/allowed-ips/list-allowed-ips.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listAllowedIps = operation(
  access("platform", ["user"], "platform:read"),
  createRoute({
    method: "get",
    path: "/v1/platforms/me/environments/{env_id}/allowed-ips",
    operationId: "listAllowedIps",
    tags: ["Security"],
    summary: "List the blocks that machine tokens of an environment may come from, newest first",
    request: { params: z.object({ env_id: pathId }), query: pageQuery({}) },
    responses: {
      200: answer(AllowedIpPage, "A page of entries; none means from anywhere"),
      ...problems.secured("not_found", "validation_error"),
    },
  }),
  async (c) => {
    const { env_id } = c.req.valid("param");
    return c.json(await list(c.var.deps, c.var.platformCaller, env_id, c.req.valid("query")), 200);
  },
);
