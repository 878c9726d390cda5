import { type RawBuilder, sql } from "kysely";
import type { PageWindow } from "./paging.ts";

/** The rows of `table` that come after a window's cursor, newest first by (created_at, id); all of them without a cursor. */
export function afterCursor(table: string, window: PageWindow): RawBuilder<boolean> {
  if (window.after === null) return sql<boolean>`true`;
  const { createdAt, id } = window.after;
  return sql<boolean>`(${sql.ref(`${table}.created_at`)}, ${sql.ref(`${table}.id`)}) < (${createdAt}::timestamptz, ${id}::uuid)`;
}

/** How many rows a window skips by number; a cursor skips by position instead. */
export function skipped(window: PageWindow): number {
  return window.after === null ? window.offset : 0;
}
