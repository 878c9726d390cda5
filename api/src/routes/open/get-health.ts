import { Health } from "../../schemas/status.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getHealth = operation(
  "unlimited",
  createRoute({
    method: "get",
    path: "/health",
    operationId: "getHealth",
    tags: ["Operations"],
    summary: "The process lives",
    responses: { 200: answer(Health, "It does"), ...problems.open() },
  }),
  (c) => c.json({ status: "ok" as const }, 200),
);
