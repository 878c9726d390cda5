import { z } from "@hono/zod-openapi";
import { text } from "./primitives.ts";

export const GraphqlRequest = z
  .strictObject({
    query: z.string().openapi({
      description: "At most 16 kB, depth 8, complexity 1000; queries only.",
      example: "{ settlements { items { state } } }",
    }),
    operationName: text(0, 255).nullish(),
    variables: z.record(z.string(), z.unknown()).nullish(),
    extensions: z.record(z.string(), z.unknown()).nullish(),
  })
  .openapi("GraphqlRequest");

export const GraphqlResponse = z
  .looseObject({
    data: z.unknown().optional(),
    errors: z
      .array(
        z.looseObject({ message: z.string().openapi({ example: 'Cannot query field "foo" on type "settlement".' }) }),
      )
      .optional(),
  })
  .openapi("GraphqlResponse", { example: { data: { settlements: { items: [{ state: "FINALIZED" }] } } } });
