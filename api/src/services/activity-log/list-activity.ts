import { type SqlBool, sql } from "kysely";
import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { ActivityLogRead, Moment } from "../../schemas/activity.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import { asPart } from "../like.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { activityOf, type allActivity, renderActivity } from "./select-activity.ts";

export interface ActivityFilters extends PageInput {
  environment_id?: string | undefined;
  type?: string | undefined;
  category?: ActivityLogRead["category"] | undefined;
  date_from?: Moment | undefined;
  date_to?: Moment | undefined;
  search?: string | undefined;
  resource_type?: string | undefined;
  resource_id?: string | undefined;
}

/** What operators of KeyStone filter by besides. */
export interface AdminActivityFilters extends ActivityFilters {
  platform_id?: string | undefined;
  severity?: ActivityLogRead["severity"] | undefined;
  actor_type?: ActivityLogRead["actor_type"] | undefined;
  actor_id?: string | undefined;
}

const EXACT = [
  "platform_id",
  "environment_id",
  "type",
  "category",
  "severity",
  "actor_type",
  "actor_id",
  "resource_type",
  "resource_id",
] as const;
const SEARCHED = ["description", "type", "actor_id", "resource_id"] as const;
const DAY_MS = 86_400_000;

/** The caller's part of the log, newest first. Both ends of the range belong to it, a day with all its hours. */
export async function listActivity(
  { db }: Dependencies,
  caller: PlatformCaller,
  filters: ActivityFilters,
): Promise<Page<ActivityLogRead>> {
  const window = readWindow(filters);
  const own = filterActivity(activityOf(db, caller), filters);
  const rows = await own
    .selectAll("activity")
    .where(afterCursor("activity", window))
    .orderBy("activity.created_at", "desc")
    .orderBy("activity.id", "desc")
    .limit(window.limit + 1)
    .offset(skipped(window))
    .execute();
  const { total } = await own.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
  return toPage(window, Number(total), rows, rows.map(renderActivity));
}

/** What the filters leave of a part of the log. */
export function filterActivity(
  part: ReturnType<typeof allActivity>,
  filters: AdminActivityFilters,
): ReturnType<typeof allActivity> {
  let found = part;
  for (const column of EXACT) {
    const wanted = filters[column];
    if (wanted !== undefined) found = found.where(`activity.${column}`, "=", wanted);
  }
  const { date_from, date_to, search } = filters;
  if (date_from !== undefined) found = found.where("activity.created_at", ">=", date_from.at);
  if (date_to?.wholeDay === true) {
    found = found.where("activity.created_at", "<", new Date(date_to.at.getTime() + DAY_MS));
  } else if (date_to !== undefined) found = found.where("activity.created_at", "<=", date_to.at);
  if (search === undefined) return found;
  const pattern = asPart(search);
  const parts = SEARCHED.map((column) => sql<SqlBool>`${sql.ref(`activity.${column}`)} ILIKE ${pattern}`);
  return found.where(sql<SqlBool>`(${sql.join(parts, sql` OR `)})`);
}
