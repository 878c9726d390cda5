import type { Row } from "@keystoneos/store";
import type { Event } from "../../schemas/event.ts";
import { showTime } from "../time.ts";

export function renderEvent(row: Pick<Row<"event">, "id" | "event" | "data" | "created_at">): Event {
  return {
    id: row.id,
    // Stored by this package in the shape of the schema.
    event: row.event as Event["event"],
    data: row.data as unknown as Event["data"],
    created_at: showTime(row.created_at),
  };
}
