import { ValidationError } from "../errors/validation.ts";
import { DEFAULT_LIMIT, type Page, type PageInput } from "../schemas/page.ts";
import { isUuid } from "../schemas/primitives.ts";

/** Which rows a page holds. `after` is the last row of the page before, newest first by (created_at, id). */
export interface PageWindow {
  limit: number;
  /** How many rows come before the page, as shown. */
  offset: number;
  after: { createdAt: Date; id: string } | null;
}

/** The window of a list's query. Throws ValidationError when a cursor is not one of ours, or comes with an offset. */
export function readWindow(input: PageInput): PageWindow {
  const limit = input.limit ?? DEFAULT_LIMIT;
  if (input.cursor === undefined) return { limit, offset: input.offset ?? 0, after: null };
  if (input.offset !== undefined) throw cursorWithOffset();
  const [createdAt, id, offset] = decode(input.cursor);
  return { limit, offset, after: { createdAt, id } };
}

/** A page from one row more than fits, which tells whether there is a next one. */
export function toPage<Row extends { created_at: Date; id: string }, Item>(
  window: PageWindow,
  total: number,
  rows: Row[],
  items: Item[],
): Page<Item> {
  const last = rows.length > window.limit ? rows[window.limit - 1] : undefined;
  return {
    items: items.slice(0, window.limit),
    total,
    limit: window.limit,
    offset: window.offset,
    next_cursor: last === undefined ? null : encode(last.created_at, last.id, window.offset + window.limit),
  };
}

function encode(createdAt: Date, id: string, offset: number): string {
  return Buffer.from(JSON.stringify([createdAt.toISOString(), id, offset])).toString("base64url");
}

function decode(cursor: string): [Date, string, number] {
  try {
    const [time, id, offset] = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")) as unknown[];
    const createdAt = new Date(time as string);
    if (typeof time === "string" && time === createdAt.toISOString() && typeof id === "string" && isUuid(id)) {
      if (Number.isSafeInteger(offset) && (offset as number) >= 0) return [createdAt, id, offset as number];
    }
  } catch {
    // Falls through to the one refusal.
  }
  throw foreignCursor();
}

export function cursorWithOffset(): ValidationError {
  return refused("Cursor and offset exclude each other; send one of them");
}

export function foreignCursor(): ValidationError {
  return refused("Cursor should be the next_cursor of a page of this list");
}

function refused(msg: string): ValidationError {
  return new ValidationError([{ loc: ["query", "cursor"], msg, type: "value_error" }]);
}
