import { z } from "@hono/zod-openapi";
import { ERROR_CODES } from "../errors/catalogue.ts";

const location = z.array(z.union([z.string(), z.int()])).openapi({
  description: "Where the fault is; starts with body, query, path or header.",
  example: ["body", "legs", 0],
});

export const Problem = z
  .strictObject({
    detail: z.string(),
    code: z.enum(ERROR_CODES),
    request_id: z.string(),
    context: z
      .looseObject({ loc: location.optional() })
      .optional()
      .openapi({ description: "Further values; `loc` names the field at fault." }),
  })
  .openapi("Problem", {
    example: { detail: "Settlement not found", code: "not_found", request_id: "8f6c1c0e-6a1b-4a58-9d0b-3d5c5d0f8a11" },
  });

export const ValidationProblem = z
  .strictObject({
    detail: z.array(z.strictObject({ loc: location, msg: z.string(), type: z.string() })).min(1),
    code: z.literal("validation_error"),
    request_id: z.string(),
  })
  .openapi("ValidationProblem", {
    example: {
      detail: [{ loc: ["body", "party", "wallet_address"], msg: "Field required", type: "missing" }],
      code: "validation_error",
      request_id: "8f6c1c0e-6a1b-4a58-9d0b-3d5c5d0f8a11",
    },
  });
