import { Status } from "../../schemas/status.ts";
import { getStatus as get } from "../../services/status/get-status.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getStatus = operation(
  "anyone",
  createRoute({
    method: "get",
    path: "/v1/status",
    operationId: "getStatus",
    tags: ["Operations"],
    summary: "Versions, contracts, and how far each chain is indexed",
    responses: { 200: answer(Status, "The status"), ...problems.open("rate_limited") },
  }),
  async (c) => c.json(await get(c.var.deps), 200),
);
