import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { pathId } from "../../schemas/primitives.ts";
import { SettlementRead } from "../../schemas/settlement.ts";
import { getSettlement as get } from "../../services/settlements/get-settlement.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getSettlement = operation(
  access("environment", ["m2m", "user", "session"], "settlements:read"),
  createRoute({
    method: "get",
    path: "/v1/settlements/{settlement_id}",
    operationId: "getSettlement",
    tags: ["Settlements"],
    summary: "Read a settlement",
    description: "The state is the indexed one of the coordinator; the initial state until the settlement is on chain.",
    request: { params: z.object({ settlement_id: pathId }) },
    responses: {
      200: answer(SettlementRead, "The settlement"),
      ...problems.secured("session_settlement_forbidden", "not_found"),
    },
  }),
  async (c) => c.json(await get(c.var.deps, c.var.caller, c.req.valid("param").settlement_id), 200),
);
