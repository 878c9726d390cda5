import type { Row, Store, StoreTransaction } from "@keystoneos/store";
import { notFound } from "../../errors/api-error.ts";
import type { PlatformRead } from "../../schemas/platform.ts";
import { isUuid } from "../../schemas/primitives.ts";
import { showTime, showTimeOrNull } from "../time.ts";

/** One platform. Throws ApiError 404. */
export async function findPlatform(
  db: Store | StoreTransaction,
  id: string,
  options: { lock?: boolean } = {},
): Promise<Row<"platform">> {
  const row = isUuid(id)
    ? await db
        .selectFrom("keystone.platform")
        .selectAll()
        .where("id", "=", id)
        .$if(options.lock === true, (query) => query.forNoKeyUpdate())
        .executeTakeFirst()
    : undefined;
  if (row === undefined) throw notFound("Platform");
  return row;
}

export function renderPlatform(row: Row<"platform">): PlatformRead {
  const { id, auth0_org_id, name, slug, status, logo_url, support_email, support_url } = row;
  return {
    id,
    auth0_org_id,
    name,
    slug,
    status,
    logo_url,
    support_email,
    support_url,
    onboarding_completed_at: showTimeOrNull(row.onboarding_completed_at),
    created_at: showTime(row.created_at),
    updated_at: showTime(row.updated_at),
  };
}
