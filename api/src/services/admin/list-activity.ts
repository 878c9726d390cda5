import type { Dependencies } from "../../context.ts";
import type { AdminActivityLogRead } from "../../schemas/admin/activity.ts";
import type { Page } from "../../schemas/page.ts";
import { type AdminActivityFilters, filterActivity } from "../activity-log/list-activity.ts";
import { allActivity, renderActivity } from "../activity-log/select-activity.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";

/** What was done by anyone to anything, newest first. */
export async function listAdminActivity(
  { db }: Dependencies,
  filters: AdminActivityFilters,
): Promise<Page<AdminActivityLogRead>> {
  const window = readWindow(filters);
  const found = filterActivity(allActivity(db), filters);
  const rows = await found
    .leftJoin("keystone.platform as platform", "platform.id", "activity.platform_id")
    .leftJoin("keystone.environment as environment", "environment.id", "activity.environment_id")
    .selectAll("activity")
    .select(["platform.name as platform_name", "environment.slug as environment_slug"])
    .where(afterCursor("activity", window))
    .orderBy("activity.created_at", "desc")
    .orderBy("activity.id", "desc")
    .limit(window.limit + 1)
    .offset(skipped(window))
    .execute();
  const { total } = await found.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
  const items = rows.map((row) => ({
    ...renderActivity(row),
    platform_id: row.platform_id,
    environment_id: row.environment_id,
    platform_name: row.platform_name ?? "",
    environment_slug: row.environment_slug,
  }));
  return toPage(window, Number(total), rows, items);
}
