import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import { notFound } from "../../errors/api-error.ts";
import type { ActivityLogRead } from "../../schemas/activity.ts";
import { isUuid } from "../../schemas/primitives.ts";
import { activityOf, renderActivity } from "./select-activity.ts";

/** One row of the caller's part of the log. Throws ApiError 404. */
export async function getActivity({ db }: Dependencies, caller: PlatformCaller, id: string): Promise<ActivityLogRead> {
  if (!isUuid(id)) throw notFound("Activity");
  const row = await activityOf(db, caller).selectAll("activity").where("activity.id", "=", id).executeTakeFirst();
  if (row === undefined) throw notFound("Activity");
  return renderActivity(row);
}
