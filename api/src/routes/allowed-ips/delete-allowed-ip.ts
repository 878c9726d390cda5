import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { pathId } from "../../schemas/primitives.ts";
import { deleteAllowedIp as remove } from "../../services/allowed-ips/delete-allowed-ip.ts";
import { requestFacts } from "../facts.ts";
import { createRoute, operation, problems } from "../operation.ts";

export const deleteAllowedIp = operation(
  access("platform", ["user"], "platform:environments:manage"),
  createRoute({
    method: "delete",
    path: "/v1/platforms/me/environments/{env_id}/allowed-ips/{entry_id}",
    operationId: "deleteAllowedIp",
    tags: ["Security"],
    summary: "Take a block off an environment's list",
    description: "Removing the last entry opens the environment again.",
    request: { params: z.object({ env_id: pathId, entry_id: pathId }) },
    responses: { 204: { description: "It is gone" }, ...problems.secured("not_found") },
  }),
  async (c) => {
    const { env_id, entry_id } = c.req.valid("param");
    const ids = { environmentId: env_id, entryId: entry_id };
    await remove(c.var.deps, c.var.platformCaller, ids, requestFacts(c));
    return c.body(null, 204);
  },
);
