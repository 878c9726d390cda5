import { ValidationError } from "../errors/validation.ts";
import { DEFAULT_LIMIT, type Page, type PageInput } from "../schemas/page.ts";

/** A page of a list that only grows at its end, oldest first. */
export interface SequenceWindow {
  limit: number;
  /** How many come before the page. */
  offset: number;
}

/** Such a list never shifts, so its cursor is the number of items handed out. Throws ValidationError. */
export function readSequenceWindow(input: PageInput): SequenceWindow {
  const limit = input.limit ?? DEFAULT_LIMIT;
  if (input.cursor === undefined) return { limit, offset: input.offset ?? 0 };
  if (input.offset !== undefined) throw refused("Cursor and offset exclude each other; send one of them");
  const text = Buffer.from(input.cursor, "base64url").toString("utf8");
  if (!/^seq:[0-9]{1,15}$/.test(text)) throw refused("Cursor should be the next_cursor of a page of this list");
  return { limit, offset: Number(text.slice(4)) };
}

export function toSequencePage<Item>(window: SequenceWindow, all: Item[]): Page<Item> {
  const end = window.offset + window.limit;
  return {
    items: all.slice(window.offset, end),
    total: all.length,
    limit: window.limit,
    offset: window.offset,
    next_cursor: end < all.length ? Buffer.from(`seq:${end}`).toString("base64url") : null,
  };
}

function refused(msg: string): ValidationError {
  return new ValidationError([{ loc: ["query", "cursor"], msg, type: "value_error" }]);
}
