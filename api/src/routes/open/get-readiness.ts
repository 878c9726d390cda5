import { Readiness } from "../../schemas/status.ts";
import { getReadiness as get } from "../../services/status/get-readiness.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getReadiness = operation(
  "unlimited",
  createRoute({
    method: "get",
    path: "/ready",
    operationId: "getReadiness",
    tags: ["Operations"],
    summary: "Database, indexer views and token keys answer",
    responses: {
      ...problems.open(),
      200: answer(Readiness, "They do"),
      503: answer(Readiness, "What does not"),
    },
  }),
  async (c) => {
    const readiness = await get(c.var.deps);
    return readiness.status === "ready" ? c.json(readiness, 200) : c.json(readiness, 503);
  },
);
