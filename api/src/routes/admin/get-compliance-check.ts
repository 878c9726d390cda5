import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { AdminComplianceCheckRead } from "../../schemas/admin/compliance-check.ts";
import { pathId } from "../../schemas/primitives.ts";
import { getAdminCheck } from "../../services/admin/list-checks.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getAdminComplianceCheck = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/compliance-checks/{check_id}",
    operationId: "getAdminComplianceCheck",
    tags: ["Admin compliance"],
    summary: "Read any compliance check, with its party, wallet and settlement",
    request: { params: z.object({ check_id: pathId }) },
    responses: { 200: answer(AdminComplianceCheckRead, "The check"), ...problems.secured("not_found") },
  }),
  async (c) => c.json(await getAdminCheck(c.var.deps, c.var.adminCaller, c.req.valid("param").check_id), 200),
);
