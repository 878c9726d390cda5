import { z } from "@hono/zod-openapi";
import { pathId } from "../../schemas/primitives.ts";
import { SettlementRead } from "../../schemas/settlement.ts";
import { getSettlement as get } from "../../services/settlements/get-settlement.ts";
import { answer, createRoute, operation, problems, secured } from "../operation.ts";

const { guard, security } = secured("settlements:read");

export const getSettlement = operation(
  createRoute({
    method: "get",
    path: "/v1/settlements/{settlement_id}",
    operationId: "getSettlement",
    tags: ["Settlements"],
    summary: "Read a settlement",
    description: "The state is the indexed one of the coordinator; the initial state until the settlement is on chain.",
    security,
    middleware: guard,
    request: { params: z.object({ settlement_id: pathId }) },
    responses: { 200: answer(SettlementRead, "The settlement"), ...problems.secured("not_found") },
  }),
  async (c) => c.json(await get(c.var.deps, c.var.caller, c.req.valid("param").settlement_id), 200),
);
