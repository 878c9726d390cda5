import type { Store, StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import { ValidationError } from "../../errors/validation.ts";
import type { Event } from "../../schemas/event.ts";
import { DEFAULT_LIMIT, type Page } from "../../schemas/page.ts";
import { inSnapshot } from "../settlements/select-settlement.ts";
import { renderEvent } from "./render-event.ts";

export interface EventFilters {
  event?: string | undefined;
  settlement_id?: string | undefined;
  since?: Date | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** What an environment was told of, and can still read: 30 days, without the samples of test calls. */
export function eventsOf(db: Store | StoreTransaction, environmentId: string) {
  return db
    .selectFrom("keystone.event")
    .where("environment_id", "=", environmentId)
    .where("position", "is not", null)
    .where("created_at", ">", sql<Date>`now() - interval '30 days'`);
}

/** The environment's events, oldest first. The cursor is always given: nothing is ever added before it. */
export function listEvents(db: Store, environmentId: string, filters: EventFilters): Promise<Page<Event>> {
  const limit = filters.limit ?? DEFAULT_LIMIT;
  const after = filters.cursor === undefined ? { position: 0n, offset: 0 } : decode(filters.cursor);
  return inSnapshot(db, async (trx) => {
    let own = eventsOf(trx, environmentId);
    const { event, settlement_id, since } = filters;
    if (event !== undefined) own = own.where("event", "=", event);
    if (settlement_id !== undefined) own = own.where("settlement_id", "=", settlement_id);
    if (since !== undefined) own = own.where("created_at", ">=", since);
    const rows = await own
      .selectAll()
      .where("position", ">", after.position)
      .orderBy("position")
      .limit(limit)
      .execute();
    const { total } = await own.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
    const last = rows.at(-1)?.position ?? after.position;
    return {
      items: rows.map(renderEvent),
      total: Number(total),
      limit,
      offset: after.offset,
      next_cursor: encode(last, after.offset + rows.length),
    };
  });
}

function encode(position: bigint, offset: number): string {
  return Buffer.from(`event:${position}:${offset}`).toString("base64url");
}

function decode(cursor: string): { position: bigint; offset: number } {
  const match = /^event:([0-9]{1,18}):([0-9]{1,15})$/.exec(Buffer.from(cursor, "base64url").toString("utf8"));
  if (match === null) {
    const msg = "Cursor should be the next_cursor of a page of this list";
    throw new ValidationError([{ loc: ["query", "cursor"], msg, type: "value_error" }]);
  }
  return { position: BigInt(match[1] as string), offset: Number(match[2]) };
}
