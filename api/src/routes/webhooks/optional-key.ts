import { z } from "@hono/zod-openapi";

export const optionalKey = z
  .string()
  .optional()
  .openapi({ description: "Repeats of the request with this key have one effect.", minLength: 1, maxLength: 255 });
