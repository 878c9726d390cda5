import { DEFAULT_LIMIT, type Page, type PageInput } from "../schemas/page.ts";
import { cursorWithOffset, foreignCursor } from "./paging.ts";

/**
 * A page of a list that is at hand as a whole, in the order of its keys. Each key is unique, so that pages by cursor are stable while
 * the list changes. Throws ValidationError as other lists do.
 */
export function pageOfAll<T>(all: readonly T[], keyOf: (item: T) => string, input: PageInput): Page<T> {
  const limit = input.limit ?? DEFAULT_LIMIT;
  const keyed = all.map((item) => ({ key: keyOf(item), item })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const { from, offset } = begin(keyed, input);
  const rest = keyed.slice(from, from + limit + 1);
  const last = rest.length > limit ? rest[limit - 1] : undefined;
  return {
    items: rest.slice(0, limit).map(({ item }) => item),
    total: all.length,
    limit,
    offset,
    next_cursor: last === undefined ? null : encode(last.key, offset + limit),
  };
}

function begin(keyed: readonly { key: string }[], { cursor, offset }: PageInput): { from: number; offset: number } {
  if (cursor === undefined) return { from: offset ?? 0, offset: offset ?? 0 };
  if (offset !== undefined) throw cursorWithOffset();
  const [after, before] = decode(cursor);
  const from = keyed.findIndex(({ key }) => key > after);
  return { from: from === -1 ? keyed.length : from, offset: before };
}

function encode(key: string, offset: number): string {
  return Buffer.from(JSON.stringify([key, offset])).toString("base64url");
}

function decode(cursor: string): [string, number] {
  try {
    const [key, offset, more] = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")) as unknown[];
    if (typeof key === "string" && more === undefined && Number.isSafeInteger(offset) && (offset as number) >= 0) {
      return [key, offset as number];
    }
  } catch {
    // Falls through to the one refusal.
  }
  throw foreignCursor();
}
