import { sql } from "kysely";
import type { Dependencies } from "../../context.ts";
import type { AdminWebhookEndpointRead } from "../../schemas/admin/webhook.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { showTimeOrNull } from "../time.ts";
import { previousValidUntil, renderEndpoint } from "../webhooks/select-endpoint.ts";

export interface AdminEndpointFilters extends PageInput {
  platform_id?: string | undefined;
  environment_id?: string | undefined;
  is_active?: boolean | undefined;
}

const lastSuccess = sql<Date | null>`(SELECT max(attempted_at) FROM keystone.webhook_delivery AS good
  WHERE good.endpoint_id = endpoint.id AND good.success)`;

const failingSince = sql<Date | null>`(SELECT min(attempted_at) FROM keystone.webhook_delivery AS bad
  WHERE bad.endpoint_id = endpoint.id AND NOT bad.success AND NOT bad.pending
    AND bad.attempted_at > coalesce(${lastSuccess}, '-infinity'))`;

/** Everybody's endpoints, newest first, and how they do; no secrets. */
export async function listAdminEndpoints(
  { db }: Dependencies,
  filters: AdminEndpointFilters,
): Promise<Page<AdminWebhookEndpointRead>> {
  const window = readWindow(filters);
  let found = db
    .selectFrom("keystone.webhook_endpoint as endpoint")
    .innerJoin("keystone.environment as environment", "environment.id", "endpoint.environment_id")
    .innerJoin("keystone.platform as platform", "platform.id", "environment.platform_id");
  const { platform_id, environment_id, is_active } = filters;
  if (platform_id !== undefined) found = found.where("platform.id", "=", platform_id);
  if (environment_id !== undefined) found = found.where("environment.id", "=", environment_id);
  if (is_active !== undefined) found = found.where("endpoint.is_active", "=", is_active);
  const rows = await found
    .selectAll("endpoint")
    .select(previousValidUntil)
    .select(["platform.id as platform_id", "platform.name as platform_name"])
    .select([lastSuccess.as("last_success_at"), failingSince.as("failing_since")])
    .where(afterCursor("endpoint", window))
    .orderBy("endpoint.created_at", "desc")
    .orderBy("endpoint.id", "desc")
    .limit(window.limit + 1)
    .offset(skipped(window))
    .execute();
  const { total } = await found.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
  const items = rows.map((row) => ({
    ...renderEndpoint(row),
    platform_id: row.platform_id,
    platform_name: row.platform_name,
    last_success_at: showTimeOrNull(row.last_success_at),
    failing_since: showTimeOrNull(row.failing_since),
  }));
  return toPage(window, Number(total), rows, items);
}
