import { z } from "@hono/zod-openapi";
import { queryInteger } from "./primitives.ts";

export const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

const limitTo = (max: number) =>
  queryInteger(1, max)
    .optional()
    .openapi({ description: `Page size, default ${DEFAULT_LIMIT}.` });
const offset = queryInteger(0, Number.MAX_SAFE_INTEGER)
  .optional()
  .openapi({ description: "How many to skip, default 0. Excludes cursor." });
const cursor = z
  .string()
  .optional()
  .openapi({ description: "The `next_cursor` of the page before, with the same filters. Excludes offset." });

/** The query of a list: its filters, and where the page begins. */
export function pageQuery<T extends z.ZodRawShape>(filters: T, maxLimit = MAX_LIMIT) {
  return z.strictObject({ ...filters, limit: limitTo(maxLimit), offset, cursor });
}

/** A query of this many filters and nothing else. */
export interface PageInput {
  limit?: number | undefined;
  offset?: number | undefined;
  cursor?: string | undefined;
}

/** A page of `item`, named after it in the OpenAPI document. */
export function pageOf<T extends z.ZodType>(name: string, item: T) {
  return z
    .strictObject({
      items: z.array(item),
      total: z.int().min(0).openapi({ example: 1 }).openapi({ description: "How many there are with these filters." }),
      limit: z.int().openapi({ example: 50 }),
      offset: z.int().openapi({ description: "How many come before this page." }),
      next_cursor: z
        .string()
        .openapi({ example: "eyJjIjoiMjAyNi0wNC0wMVQwMDowMDowMC4wMDBaIn0" })
        .nullable()
        .openapi({ description: "Null on the last page." }),
    })
    .openapi(`${name}Page`);
}

export interface Page<T> {
  items: T[];
  total: number;
  limit: number;
  offset: number;
  next_cursor: string | null;
}
