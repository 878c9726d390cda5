import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { AdminSettlementRead } from "../../schemas/admin/settlement.ts";
import { pathId } from "../../schemas/primitives.ts";
import { getAdminSettlement as get } from "../../services/admin/get-settlement.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getAdminSettlement = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/settlements/{settlement_id}",
    operationId: "getAdminSettlement",
    tags: ["Admin settlements"],
    summary: "Read any settlement, both sides in full",
    description: "Never a deposit secret.",
    request: { params: z.object({ settlement_id: pathId }) },
    responses: { 200: answer(AdminSettlementRead, "The settlement"), ...problems.secured("not_found") },
  }),
  async (c) => c.json(await get(c.var.deps, c.var.adminCaller, c.req.valid("param").settlement_id), 200),
);
