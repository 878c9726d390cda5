import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { InstructionRead } from "../../schemas/instruction.ts";
import { pathId } from "../../schemas/primitives.ts";
import { cancelInstruction as cancel } from "../../services/instructions/cancel-instruction.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const cancelInstruction = operation(
  access("environment", ["m2m", "user", "session"], "instructions:write"),
  createRoute({
    method: "post",
    path: "/v1/instructions/{instruction_id}/cancel",
    operationId: "cancelInstruction",
    tags: ["Instructions"],
    summary: "Cancel an instruction that has not matched",
    middleware: jsonBody({ optional: true }),
    request: {
      params: z.object({ instruction_id: pathId }),
      body: { required: false, content: { "application/json": { schema: z.strictObject({}) } } },
    },
    responses: {
      200: answer(InstructionRead, "The cancelled instruction"),
      ...problems.submitted("session_settlement_forbidden", "not_found", "instruction_not_cancellable"),
    },
  }),
  async (c) => {
    const { instruction_id } = c.req.valid("param");
    return c.json(await cancel(c.var.deps, c.var.caller, instruction_id, requestFacts(c)), 200);
  },
);
