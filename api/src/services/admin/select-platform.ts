import type { Row, Store, StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import { notFound } from "../../errors/api-error.ts";
import type { AdminPlatformRead } from "../../schemas/admin/platform.ts";
import { isUuid } from "../../schemas/primitives.ts";
import { renderPlatform } from "../platforms/select-platform.ts";

/** Everybody. */
export function allPlatforms(db: Store | StoreTransaction) {
  return db.selectFrom("keystone.platform as platform");
}

/** How many environments a platform has, active or not. */
export const environmentCount = sql<bigint>`(SELECT count(*) FROM keystone.environment
  WHERE environment.platform_id = platform.id)`.as("environment_count");

/** Any platform with its count. Throws ApiError 404. */
export async function readAdminPlatform(db: Store | StoreTransaction, id: string): Promise<AdminPlatformRead> {
  const row = isUuid(id)
    ? await allPlatforms(db).selectAll().select(environmentCount).where("platform.id", "=", id).executeTakeFirst()
    : undefined;
  if (row === undefined) throw notFound("Platform");
  return renderAdminPlatform(row);
}

export function renderAdminPlatform(row: Row<"platform"> & { environment_count: bigint }): AdminPlatformRead {
  return { ...renderPlatform(row), environment_count: Number(row.environment_count) };
}
