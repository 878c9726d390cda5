import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { settlementState, settlementType } from "../../schemas/enums.ts";
import { pageQuery } from "../../schemas/page.ts";
import { text, timeInput, uuidInput } from "../../schemas/primitives.ts";
import { SettlementPage } from "../../schemas/settlement.ts";
import { listSettlements as list } from "../../services/settlements/list-settlements.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

/** A query parameter that may be repeated: one value arrives as a string, several as a list. */
const states = z
  .preprocess((value) => (typeof value === "string" ? [value] : value), z.array(settlementState).max(9).optional())
  .openapi({ type: "array", items: { $ref: "#/components/schemas/SettlementState" } });

export const listSettlements = operation(
  access("environment", ["m2m", "user", "session"], "settlements:read"),
  createRoute({
    method: "get",
    path: "/v1/settlements",
    operationId: "listSettlements",
    tags: ["Settlements"],
    summary: "List settlements with a party of the environment, newest first",
    request: {
      query: pageQuery({
        state: states,
        settlement_type: settlementType.optional(),
        settlement_category: z.enum(["repo_open", "repo_close"]).optional(),
        template_slug: text(1, 100).optional(),
        parent_settlement_id: uuidInput.optional(),
        external_reference: text(1, 255).optional(),
        trade_reference: text(1, 255).optional(),
        idempotency_key: text(1, 255).optional(),
        created_from: timeInput.optional(),
        created_to: timeInput.optional(),
      }),
    },
    responses: { 200: answer(SettlementPage, "A page of settlements"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await list(c.var.deps, c.var.caller, c.req.valid("query")), 200),
);
