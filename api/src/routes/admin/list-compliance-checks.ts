import { access } from "../../auth/access.ts";
import { AdminComplianceCheckPage } from "../../schemas/admin/compliance-check.ts";
import { checkStatus, checkType } from "../../schemas/compliance.ts";
import { pageQuery } from "../../schemas/page.ts";
import { text, uuidInput } from "../../schemas/primitives.ts";
import { listAdminChecks as list } from "../../services/admin/list-checks.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listAdminComplianceChecks = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/compliance-checks",
    operationId: "listAdminComplianceChecks",
    tags: ["Admin compliance"],
    summary: "List everybody's compliance checks, newest first",
    description: "Of the present rounds of screening.",
    request: {
      query: pageQuery({
        status: checkStatus.optional(),
        provider: text(1, 100).optional(),
        check_type: checkType.optional(),
        platform_id: uuidInput.optional(),
        settlement_id: uuidInput.optional(),
        participant: text(1, 255)
          .optional()
          .openapi({ description: "A party's id, part of its name in whatever case, or its external reference." }),
      }),
    },
    responses: { 200: answer(AdminComplianceCheckPage, "A page of checks"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await list(c.var.deps, c.var.adminCaller, c.req.valid("query")), 200),
);
