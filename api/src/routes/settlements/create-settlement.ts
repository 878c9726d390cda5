import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { SettlementRead } from "../../schemas/settlement.ts";
import { SettlementCreate } from "../../schemas/settlement-create.ts";
import { readIdempotency } from "../../services/idempotency.ts";
import { createSettlement as create } from "../../services/settlements/create-settlement.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";
import { TRADE_CODES } from "../trade-codes.ts";

export const createSettlement = operation(
  access("environment", ["m2m", "user"], "settlements:write"),
  createRoute({
    method: "post",
    path: "/v1/settlements",
    operationId: "createSettlement",
    tags: ["Settlements"],
    summary: "Create a settlement between own parties",
    description:
      "For a platform that serves every side itself. With settlement_category repo_open the closing is created too.",
    middleware: jsonBody(),
    request: {
      headers: z.object({
        "idempotency-key": z
          .string()
          .optional()
          .openapi({ description: "Required here or as idempotency_key in the body.", minLength: 1, maxLength: 255 }),
      }),
      body: { required: true, content: { "application/json": { schema: SettlementCreate } } },
    },
    responses: {
      201: answer(SettlementRead, "The new settlement; of a repo its opening"),
      200: answer(SettlementRead, "The settlement that this idempotency key made, as it is now"),
      ...problems.submitted(...TRADE_CODES, "role_missing", "legs_unbalanced", "counterparty_role_required"),
    },
  }),
  async (c) => {
    const { deps, caller, rawBody } = c.var;
    const request = readIdempotency(
      deps.keyring,
      { environmentId: caller.environmentId },
      "POST /v1/settlements",
      rawBody,
      c.req.header("idempotency-key"),
    );
    const input = c.req.valid("json");
    const result = await create(deps, { caller, input, request, facts: requestFacts(c) });
    if (!result.replayed) return c.json(result.settlement, 201);
    c.header("Idempotent-Replayed", "true");
    return c.json(result.settlement, 200);
  },
);
