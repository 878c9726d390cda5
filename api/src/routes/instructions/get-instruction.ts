import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { InstructionRead } from "../../schemas/instruction.ts";
import { pathId } from "../../schemas/primitives.ts";
import { readInstruction } from "../../services/instructions/get-instruction.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getInstruction = operation(
  access("environment", ["m2m", "user", "session"], "instructions:read"),
  createRoute({
    method: "get",
    path: "/v1/instructions/{instruction_id}",
    operationId: "getInstruction",
    tags: ["Instructions"],
    summary: "Read an instruction",
    request: { params: z.object({ instruction_id: pathId }) },
    responses: {
      200: answer(InstructionRead, "The instruction"),
      ...problems.secured("session_settlement_forbidden", "not_found"),
    },
  }),
  async (c) => {
    const { instruction_id } = c.req.valid("param");
    return c.json(await readInstruction(c.var.deps.db, c.var.caller, instruction_id), 200);
  },
);
