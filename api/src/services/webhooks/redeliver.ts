import type { Row, StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import type { WebhookDeliveryRead } from "../../schemas/webhook.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { type IdempotentRequest, makeOnce } from "../idempotency.ts";
import { endpointActivity } from "./activity.ts";
import { findDelivery, renderDelivery } from "./select-delivery.ts";
import { findEndpoint } from "./select-endpoint.ts";

export interface Redelivery {
  caller: Caller;
  endpointId: string;
  deliveryId: string;
  /** Null when the caller sent no idempotency key. */
  request: IdempotentRequest | null;
  facts: RequestFacts;
}

/** Plans the event of a delivery anew, at once and with the whole schedule; it takes the place of an attempt that waits. Throws ApiError 404. */
export async function redeliver(
  { db }: Dependencies,
  { caller, endpointId, deliveryId, request, facts }: Redelivery,
): Promise<{ delivery: WebhookDeliveryRead; replayed: boolean }> {
  const endpoint = await findEndpoint(db, caller.environmentId, endpointId);
  let planned: Row<"webhook_delivery"> | undefined;
  const { id, replayed } = await makeOnce(db, request, async (trx) => {
    const given = await findDelivery(trx, endpoint.id, deliveryId);
    await dropWaiting(trx, endpoint.id, given.event_id);
    planned = await trx
      .insertInto("keystone.webhook_delivery")
      .values({
        endpoint_id: endpoint.id,
        environment_id: given.environment_id,
        event_id: given.event_id,
        event_type: given.event_type,
        attempt: 1,
        pending: true,
        next_attempt_at: sql<Date>`clock_timestamp()`,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const activity = endpointActivity(endpoint.id, "redelivered", "Webhook delivery repeated", {
      statusCode: 201,
      detail: { event_id: given.event_id, delivery_id: planned.id },
    });
    await recordActivity(trx, [callersActivity(caller, facts, activity)]);
    return planned.id;
  });
  // Another redelivery may have taken its place already.
  return { delivery: renderDelivery(planned ?? (await findDelivery(db, endpoint.id, id))), replayed };
}

/** An attempt that is being made at this moment stays: its outcome belongs to the log. */
async function dropWaiting(trx: StoreTransaction, endpointId: string, eventId: string): Promise<void> {
  await trx
    .deleteFrom("keystone.webhook_delivery")
    .where("endpoint_id", "=", endpointId)
    .where("event_id", "=", eventId)
    .where("pending", "=", true)
    .where((eb) => eb.or([eb("leased_until", "is", null), eb("leased_until", "<=", sql<Date>`clock_timestamp()`)]))
    .execute();
}
