import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { DepositInfo } from "../../schemas/deposit-info.ts";
import { bytes32Input, pathId } from "../../schemas/primitives.ts";
import { getDepositInfo as get } from "../../services/settlements/get-deposit-info.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getDepositInfo = operation(
  access("environment", ["m2m", "user", "session"], "settlements:write"),
  createRoute({
    method: "get",
    path: "/v1/settlements/{settlement_id}/legs/{leg_index}/deposit-info",
    operationId: "getDepositInfo",
    tags: ["Settlements"],
    summary: "Get the calls that deposit an own leg",
    description: "A party that named no receive leg sends the hash of the terms it accepts.",
    request: {
      params: z.object({ settlement_id: pathId, leg_index: z.string().openapi({ type: "integer", minimum: 0 }) }),
      query: z.strictObject({ settlement_hash: bytes32Input.optional() }),
    },
    responses: {
      200: answer(DepositInfo, "What the depositing wallet has to send"),
      ...problems.secured(
        "session_settlement_forbidden",
        "not_leg_owner",
        "not_found",
        "not_awaiting_deposits",
        "deposit_deadline_passed",
        "leg_already_deposited",
        "terms_acceptance_required",
        "settlement_hash_mismatch",
        "validation_error",
      ),
    },
  }),
  async (c) => {
    const { settlement_id, leg_index } = c.req.valid("param");
    const { settlement_hash } = c.req.valid("query");
    const request = { settlementId: settlement_id, legIndex: leg_index, settlementHash: settlement_hash };
    return c.json(await get(c.var.deps, c.var.caller, request), 200);
  },
);
