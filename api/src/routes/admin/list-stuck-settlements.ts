import { access } from "../../auth/access.ts";
import { StuckSettlementPage } from "../../schemas/admin/settlement.ts";
import { settlementState } from "../../schemas/enums.ts";
import { pageQuery } from "../../schemas/page.ts";
import { queryInteger, uuidInput } from "../../schemas/primitives.ts";
import { listStuckSettlements as list } from "../../services/admin/list-stuck-settlements.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listStuckSettlements = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/settlements/stuck",
    operationId: "listStuckSettlements",
    tags: ["Admin settlements"],
    summary: "List settlements that do not get on, the stalest first",
    description: "Not at an end, and past the timeout or without anything happening on any chain for so long.",
    request: {
      query: pageQuery({
        stale_after_seconds: queryInteger(60, 2_592_000).optional().openapi({ description: "Default 900." }),
        platform_id: uuidInput.optional(),
        state: settlementState.optional(),
      }),
    },
    responses: { 200: answer(StuckSettlementPage, "A page of settlements"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await list(c.var.deps, c.var.adminCaller, c.req.valid("query")), 200),
);
