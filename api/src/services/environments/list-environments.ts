import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { EnvironmentRead } from "../../schemas/environment.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { environments, renderEnvironment } from "./select-environment.ts";

/** The environments of a platform, active or not, newest first. */
export async function listEnvironments(
  { db }: Dependencies,
  { platformId }: Pick<PlatformCaller, "platformId">,
  input: PageInput,
): Promise<Page<EnvironmentRead>> {
  const window = readWindow(input);
  const rows = await environments(db)
    .where("environment.platform_id", "=", platformId)
    .where(afterCursor("environment", window))
    .orderBy("environment.created_at", "desc")
    .orderBy("environment.id", "desc")
    .limit(window.limit + 1)
    .offset(skipped(window))
    .execute();
  const { total } = await db
    .selectFrom("keystone.environment")
    .select((eb) => eb.fn.countAll<bigint>().as("total"))
    .where("platform_id", "=", platformId)
    .executeTakeFirstOrThrow();
  return toPage(window, Number(total), rows, rows.map(renderEnvironment));
}
