import type { Dependencies } from "../../context.ts";
import type { AdminWebhookDeliveryRead } from "../../schemas/admin/webhook.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { renderDelivery } from "../webhooks/select-delivery.ts";

export interface AdminDeliveryFilters extends PageInput {
  platform_id?: string | undefined;
  environment_id?: string | undefined;
  endpoint_id?: string | undefined;
  /** Of attempts that were made. */
  success?: boolean | undefined;
  event_type?: string | undefined;
}

/** Everybody's attempts, newest first, the ones to come included. */
export async function listAdminDeliveries(
  { db }: Dependencies,
  filters: AdminDeliveryFilters,
): Promise<Page<AdminWebhookDeliveryRead>> {
  const window = readWindow(filters);
  let found = db
    .selectFrom("keystone.webhook_delivery as delivery")
    .innerJoin("keystone.environment as environment", "environment.id", "delivery.environment_id");
  const { platform_id, environment_id, endpoint_id, success, event_type } = filters;
  if (platform_id !== undefined) found = found.where("environment.platform_id", "=", platform_id);
  if (environment_id !== undefined) found = found.where("delivery.environment_id", "=", environment_id);
  if (endpoint_id !== undefined) found = found.where("delivery.endpoint_id", "=", endpoint_id);
  if (success !== undefined) {
    found = found.where("delivery.success", "=", success).where("delivery.pending", "=", false);
  }
  if (event_type !== undefined) found = found.where("delivery.event_type", "=", event_type);
  const rows = await found
    .selectAll("delivery")
    .select("environment.platform_id")
    .where(afterCursor("delivery", window))
    .orderBy("delivery.created_at", "desc")
    .orderBy("delivery.id", "desc")
    .limit(window.limit + 1)
    .offset(skipped(window))
    .execute();
  const { total } = await found.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
  const items = rows.map((row) => ({
    ...renderDelivery(row),
    platform_id: row.platform_id,
    environment_id: row.environment_id,
  }));
  return toPage(window, Number(total), rows, items);
}
