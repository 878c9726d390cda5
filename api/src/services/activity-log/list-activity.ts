import { type SqlBool, sql } from "kysely";
import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { ActivityLogRead, Moment } from "../../schemas/activity.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { activityOf, renderActivity } from "./select-activity.ts";

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

const EXACT = ["environment_id", "type", "category", "resource_type", "resource_id"] as const;
const SEARCHED = ["description", "type", "actor_id", "resource_id"] as const;
const DAY_MS = 86_400_000;

/** The caller's part of the log, newest first. Both ends of the range belong to it, a day with all its hours. */
export async function listActivity(
  { db }: Dependencies,
  caller: PlatformCaller,
  filters: ActivityFilters,
): Promise<Page<ActivityLogRead>> {
  const window = readWindow(filters);
  let own = activityOf(db, caller);
  for (const column of EXACT) {
    const wanted = filters[column];
    if (wanted !== undefined) own = own.where(`activity.${column}`, "=", wanted);
  }
  const { date_from, date_to, search } = filters;
  if (date_from !== undefined) own = own.where("activity.created_at", ">=", date_from.at);
  if (date_to?.wholeDay === true) {
    own = own.where("activity.created_at", "<", new Date(date_to.at.getTime() + DAY_MS));
  } else if (date_to !== undefined) own = own.where("activity.created_at", "<=", date_to.at);
  if (search !== undefined) {
    const pattern = `%${search.replaceAll(/[\\%_]/g, "\\$&")}%`;
    const found = SEARCHED.map((column) => sql<SqlBool>`${sql.ref(`activity.${column}`)} ILIKE ${pattern}`);
    own = own.where(sql<SqlBool>`(${sql.join(found, sql` OR `)})`);
  }
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
