import { access } from "../../auth/access.ts";
import { instructionStatus } from "../../schemas/enums.ts";
import { InstructionPage } from "../../schemas/instruction.ts";
import { pageQuery } from "../../schemas/page.ts";
import { text } from "../../schemas/primitives.ts";
import { listInstructions as list } from "../../services/instructions/list-instructions.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listInstructions = operation(
  access("environment", ["m2m", "user", "session"], "instructions:read"),
  createRoute({
    method: "get",
    path: "/v1/instructions",
    operationId: "listInstructions",
    tags: ["Instructions"],
    summary: "List the environment's instructions, newest first",
    request: {
      query: pageQuery({
        status: instructionStatus.optional(),
        trade_reference: text(1, 255).optional(),
        idempotency_key: text(1, 255).optional(),
      }),
    },
    responses: { 200: answer(InstructionPage, "A page of instructions"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await list(c.var.deps.db, c.var.caller, c.req.valid("query")), 200),
);
