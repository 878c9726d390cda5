import type { Row, Store, StoreTransaction } from "@keystoneos/store";
import { notFound } from "../../errors/api-error.ts";
import { isUuid } from "../../schemas/primitives.ts";
import type { WebhookDeliveryRead } from "../../schemas/webhook.ts";
import { showTime, showTimeOrNull } from "../time.ts";

/** Attempts for one endpoint, made or to be made. */
export function deliveriesOf(db: Store | StoreTransaction, endpointId: string) {
  return db.selectFrom("keystone.webhook_delivery as delivery").where("delivery.endpoint_id", "=", endpointId);
}

/** One attempt for the endpoint. Throws ApiError 404. */
export async function findDelivery(
  db: Store | StoreTransaction,
  endpointId: string,
  id: string,
): Promise<Row<"webhook_delivery">> {
  if (!isUuid(id)) throw notFound("Webhook delivery");
  const row = await deliveriesOf(db, endpointId).selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw notFound("Webhook delivery");
  return row;
}

export function renderDelivery(row: Row<"webhook_delivery">): WebhookDeliveryRead {
  return {
    id: row.id,
    endpoint_id: row.endpoint_id,
    event_id: row.event_id,
    // Stored by this package from the catalogue.
    event_type: row.event_type as WebhookDeliveryRead["event_type"],
    attempt: row.attempt,
    success: row.success,
    status_code: row.status_code,
    response_excerpt: row.response_excerpt,
    error: row.error,
    duration_ms: row.duration_ms,
    next_attempt_at: showTimeOrNull(row.next_attempt_at),
    created_at: showTime(row.created_at),
  };
}
