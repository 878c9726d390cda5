import { access } from "../../auth/access.ts";
import { ComplianceCheckPage, checkStatus, checkType } from "../../schemas/compliance.ts";
import { pageQuery } from "../../schemas/page.ts";
import { text, uuidInput } from "../../schemas/primitives.ts";
import { listChecks } from "../../services/compliance/list-checks.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listComplianceChecks = operation(
  access("environment", ["m2m", "user"], "settlements:read"),
  createRoute({
    method: "get",
    path: "/v1/compliance-checks",
    operationId: "listComplianceChecks",
    tags: ["Compliance"],
    summary: "List compliance checks of own parties",
    description:
      "Of the present round of screening, newest first. With `status=flagged` those that wait for a decision come first, the oldest of them first.",
    request: {
      query: pageQuery({
        settlement_id: uuidInput.optional(),
        status: checkStatus.optional(),
        check_type: checkType.optional(),
        provider: text(1, 100).optional(),
      }),
    },
    responses: { 200: answer(ComplianceCheckPage, "A page of checks"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await listChecks(c.var.deps, c.var.caller, c.req.valid("query")), 200),
);
