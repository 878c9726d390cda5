import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { AllowedIpRead } from "../../schemas/allowed-ip.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { ownEnvironment, renderAllowedIp } from "./select-allowed-ip.ts";

/** The blocks of an environment, newest first. Throws ApiError 404. */
export async function listAllowedIps(
  { db }: Dependencies,
  caller: PlatformCaller,
  environmentId: string,
  input: PageInput,
): Promise<Page<AllowedIpRead>> {
  const window = readWindow(input);
  const id = await ownEnvironment(db, caller, environmentId);
  const own = db.selectFrom("keystone.allowed_ip as allowed_ip").where("environment_id", "=", id);
  const rows = await own
    .selectAll()
    .where(afterCursor("allowed_ip", window))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(window.limit + 1)
    .offset(skipped(window))
    .execute();
  const { total } = await own.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
  return toPage(window, Number(total), rows, rows.map(renderAllowedIp));
}
