import { access } from "../../auth/access.ts";
import { AdminSettlementPage } from "../../schemas/admin/settlement.ts";
import { settlementState } from "../../schemas/enums.ts";
import { pageQuery } from "../../schemas/page.ts";
import { text, timeInput, uuidInput } from "../../schemas/primitives.ts";
import { listAdminSettlements as list } from "../../services/admin/list-settlements.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listAdminSettlements = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/settlements",
    operationId: "listAdminSettlements",
    tags: ["Admin settlements"],
    summary: "List everybody's settlements, newest first",
    description: "platform_id and environment_id find settlements with a party of theirs.",
    request: {
      query: pageQuery({
        platform_id: uuidInput.optional(),
        environment_id: uuidInput.optional(),
        state: settlementState.optional(),
        template_slug: text(1, 100).optional(),
        created_from: timeInput.optional(),
        created_to: timeInput.optional(),
        idempotency_key: text(1, 255).optional().openapi({ description: "The beginning of a key of any side." }),
      }),
    },
    responses: { 200: answer(AdminSettlementPage, "A page of settlements"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await list(c.var.deps, c.var.adminCaller, c.req.valid("query")), 200),
);
