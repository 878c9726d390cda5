import type { Store } from "@keystoneos/store";
import type { Page, PageInput } from "../../schemas/page.ts";
import type { WebhookDeliveryRead } from "../../schemas/webhook.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { deliveriesOf, renderDelivery } from "./select-delivery.ts";
import { findEndpoint } from "./select-endpoint.ts";

export interface DeliveryFilters extends PageInput {
  /** Of attempts that were made. */
  success?: boolean | undefined;
  event_type?: string | undefined;
  event_id?: string | undefined;
  created_from?: Date | undefined;
  created_to?: Date | undefined;
}

/** Attempts for an endpoint, newest first, the ones to come included. Throws ApiError 404. */
export async function listDeliveries(
  db: Store,
  environmentId: string,
  endpointId: string,
  filters: DeliveryFilters,
): Promise<Page<WebhookDeliveryRead>> {
  const window = readWindow(filters);
  const endpoint = await findEndpoint(db, environmentId, endpointId);
  let own = deliveriesOf(db, endpoint.id);
  const { success, event_type, event_id, created_from, created_to } = filters;
  if (success !== undefined) own = own.where("success", "=", success).where("pending", "=", false);
  if (event_type !== undefined) own = own.where("event_type", "=", event_type);
  if (event_id !== undefined) own = own.where("event_id", "=", event_id);
  if (created_from !== undefined) own = own.where("created_at", ">=", created_from);
  if (created_to !== undefined) own = own.where("created_at", "<=", created_to);
  const rows = await own
    .selectAll()
    .where(afterCursor("delivery", window))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(window.limit + 1)
    .offset(skipped(window))
    .execute();
  const { total } = await own.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
  return toPage(window, Number(total), rows, rows.map(renderDelivery));
}
