import type { Row, Store, StoreTransaction } from "@keystoneos/store";
import { notFound } from "../../errors/api-error.ts";
import type { EnvironmentRead } from "../../schemas/environment.ts";
import { isUuid } from "../../schemas/primitives.ts";
import { showTime } from "../time.ts";

export type EnvironmentRow = Row<"environment"> & { webhook_url: string | null };

/** Environments with the URL that their `webhook_url` keeps. */
export function environments(db: Store | StoreTransaction) {
  return db
    .selectFrom("keystone.environment as environment")
    .leftJoin("keystone.webhook_endpoint as endpoint", "endpoint.id", "environment.webhook_endpoint_id")
    .selectAll("environment")
    .select("endpoint.url as webhook_url");
}

/** One environment of the platform, or of any (null), active or not. Throws ApiError 404. */
export async function findEnvironment(
  db: Store | StoreTransaction,
  platformId: string | null,
  id: string,
  options: { lock?: boolean } = {},
): Promise<EnvironmentRow> {
  const row = isUuid(id)
    ? await environments(db)
        .where("environment.id", "=", id)
        .$if(platformId !== null, (query) => query.where("environment.platform_id", "=", platformId as string))
        .$if(options.lock === true, (query) => query.forNoKeyUpdate("environment" as never))
        .executeTakeFirst()
    : undefined;
  if (row === undefined) throw notFound("Environment");
  return row;
}

export function renderEnvironment(row: EnvironmentRow): EnvironmentRead {
  return {
    id: row.id,
    platform_id: row.platform_id,
    name: row.name,
    slug: row.slug,
    auth0_client_id: row.auth0_client_id,
    webhook_url: row.webhook_url,
    api_version: row.api_version,
    default_timeout_seconds: row.default_timeout_seconds,
    is_active: row.is_active,
    rate_limit_rpm: row.rate_limit_rpm,
    created_at: showTime(row.created_at),
    updated_at: showTime(row.updated_at),
  };
}
