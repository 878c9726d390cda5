import type { Row, Store, StoreTransaction } from "@keystoneos/store";
import type { PlatformCaller } from "../../auth/caller.ts";
import { notFound } from "../../errors/api-error.ts";
import type { AllowedIpRead } from "../../schemas/allowed-ip.ts";
import { isUuid } from "../../schemas/primitives.ts";
import { showTime } from "../time.ts";

/** The id of an environment of the caller's platform, active or not. Throws ApiError 404. */
export async function ownEnvironment(
  db: Store | StoreTransaction,
  { platformId }: PlatformCaller,
  id: string,
): Promise<string> {
  const row = isUuid(id)
    ? await db
        .selectFrom("keystone.environment")
        .select("id")
        .where("id", "=", id)
        .where("platform_id", "=", platformId)
        .executeTakeFirst()
    : undefined;
  if (row === undefined) throw notFound("Environment");
  return row.id;
}

export function renderAllowedIp(row: Row<"allowed_ip">): AllowedIpRead {
  const { id, environment_id, cidr, description, created_by, created_at } = row;
  return { id, environment_id, cidr, description, created_by, created_at: showTime(created_at) };
}
