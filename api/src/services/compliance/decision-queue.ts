import { type RawBuilder, sql } from "kysely";
import { ValidationError } from "../../errors/validation.ts";
import { DEFAULT_LIMIT, type Page, type PageInput } from "../../schemas/page.ts";
import { isUuid } from "../../schemas/primitives.ts";
import { isEnded } from "./select-checks.ts";

/** Where a check stands among the flagged ones: those that can still be decided first, the oldest of them first. */
interface Place {
  ended: boolean;
  createdAt: Date;
  id: string;
}

export interface QueueWindow {
  limit: number;
  /** How many rows come before the page, as shown. */
  offset: number;
  after: Place | null;
}

/** The window of the list of flagged checks. Throws ValidationError. */
export function readQueueWindow(input: PageInput): QueueWindow {
  const limit = input.limit ?? DEFAULT_LIMIT;
  if (input.cursor === undefined) return { limit, offset: input.offset ?? 0, after: null };
  if (input.offset !== undefined) throw refused("Cursor and offset exclude each other; send one of them");
  const { offset, ...after } = decode(input.cursor);
  return { limit, offset, after };
}

/** The rows after the window's cursor, in the order of the queue. */
export function afterPlace({ after }: QueueWindow): RawBuilder<boolean> {
  if (after === null) return sql<boolean>`true`;
  return sql<boolean>`(${isEnded}, "check".created_at, "check".id)
    > (${after.ended}::boolean, ${after.createdAt}::timestamptz, ${after.id}::uuid)`;
}

/** A page from one row more than fits, which tells whether there is a next one. */
export function toQueuePage<Row extends { ended: boolean; created_at: Date; id: string }, Item>(
  window: QueueWindow,
  total: number,
  rows: Row[],
  items: Item[],
): Page<Item> {
  const { limit, offset } = window;
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    items: items.slice(0, limit),
    total,
    limit,
    offset,
    next_cursor:
      last === undefined
        ? null
        : encode({ ended: last.ended, createdAt: last.created_at, id: last.id }, offset + limit),
  };
}

function encode({ ended, createdAt, id }: Place, offset: number): string {
  return Buffer.from(JSON.stringify([ended, createdAt.toISOString(), id, offset])).toString("base64url");
}

function decode(cursor: string): Place & { offset: number } {
  try {
    const [ended, time, id, offset] = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")) as unknown[];
    const createdAt = new Date(time as string);
    if (typeof ended === "boolean" && time === createdAt.toISOString() && typeof id === "string" && isUuid(id)) {
      if (Number.isSafeInteger(offset) && (offset as number) >= 0) {
        return { ended, createdAt, id, offset: offset as number };
      }
    }
  } catch {
    // Falls through to the one refusal.
  }
  throw refused("Cursor should be the next_cursor of a page of this list");
}

function refused(msg: string): ValidationError {
  return new ValidationError([{ loc: ["query", "cursor"], msg, type: "value_error" }]);
}
