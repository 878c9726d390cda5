import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { InstructionCreate, InstructionRead } from "../../schemas/instruction.ts";
import { readIdempotency } from "../../services/idempotency.ts";
import { submitInstruction } from "../../services/instructions/submit-instruction.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";
import { TRADE_CODES } from "../trade-codes.ts";

export const createInstruction = operation(
  access("environment", ["m2m", "user", "session"], "instructions:write"),
  createRoute({
    method: "post",
    path: "/v1/instructions",
    operationId: "createInstruction",
    tags: ["Instructions"],
    summary: "Submit one side of a trade",
    description: "Stores the instruction and matches it at once when the other side's is there.",
    middleware: jsonBody(),
    request: {
      headers: z.object({
        "idempotency-key": z
          .string()
          .optional()
          .openapi({ description: "Required here or as idempotency_key in the body.", minLength: 1, maxLength: 255 }),
      }),
      body: { required: true, content: { "application/json": { schema: InstructionCreate } } },
    },
    responses: {
      201: answer(InstructionRead, "The new instruction, matched or waiting"),
      200: answer(InstructionRead, "The instruction that this idempotency key made, as it is now"),
      ...problems.submitted(...TRADE_CODES, "session_settlement_forbidden"),
    },
  }),
  async (c) => {
    const { deps, caller, rawBody } = c.var;
    const request = readIdempotency(
      deps.keyring,
      { environmentId: caller.environmentId },
      "POST /v1/instructions",
      rawBody,
      c.req.header("idempotency-key"),
    );
    const input = c.req.valid("json");
    const result = await submitInstruction(deps, { caller, input, request, facts: requestFacts(c) });
    if (!result.replayed) return c.json(result.instruction, 201);
    c.header("Idempotent-Replayed", "true");
    return c.json(result.instruction, 200);
  },
);
