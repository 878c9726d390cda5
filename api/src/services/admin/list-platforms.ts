import type { Dependencies } from "../../context.ts";
import type { AdminPlatformRead } from "../../schemas/admin/platform.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import { asPart } from "../like.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { allPlatforms, environmentCount, renderAdminPlatform } from "./select-platform.ts";

export interface PlatformFilters extends PageInput {
  status?: AdminPlatformRead["status"] | undefined;
  /** Part of name or slug, in whatever case. */
  search?: string | undefined;
}

/** All platforms, newest first. */
export async function listPlatforms({ db }: Dependencies, filters: PlatformFilters): Promise<Page<AdminPlatformRead>> {
  const window = readWindow(filters);
  let found = allPlatforms(db);
  const { status, search } = filters;
  if (status !== undefined) found = found.where("platform.status", "=", status);
  if (search !== undefined) {
    const part = asPart(search);
    found = found.where((eb) => eb.or([eb("platform.name", "ilike", part), eb("platform.slug", "ilike", part)]));
  }
  const rows = await found
    .selectAll()
    .select(environmentCount)
    .where(afterCursor("platform", window))
    .orderBy("platform.created_at", "desc")
    .orderBy("platform.id", "desc")
    .limit(window.limit + 1)
    .offset(skipped(window))
    .execute();
  const { total } = await found.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
  return toPage(window, Number(total), rows, rows.map(renderAdminPlatform));
}
