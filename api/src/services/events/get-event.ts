import type { Store } from "@keystoneos/store";
import { notFound } from "../../errors/api-error.ts";
import type { Event } from "../../schemas/event.ts";
import { eventsOf } from "./list-events.ts";
import { renderEvent } from "./render-event.ts";

/** One event that the environment was told of in the last 30 days. Throws ApiError 404. */
export async function getEvent(db: Store, environmentId: string, id: string): Promise<Event> {
  if (!/^evt_[0-9a-f]{32}$/.test(id)) throw notFound("Event");
  const row = await eventsOf(db, environmentId).selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw notFound("Event");
  return renderEvent(row);
}
