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

/** Plans the event of a delivery anew, at once and with the whole schedule: an attempt that waits is brought forward. Throws ApiError 404. */
export async function redeliver(
  { db }: Dependencies,
  { caller, endpointId, deliveryId, request, facts }: Redelivery,
): Promise<{ delivery: WebhookDeliveryRead; replayed: boolean }> {
  const { id, replayed } = await makeOnce(db, request, async (trx) => {
    // Locked, so that of several at once each sees what the others have planned.
    const endpoint = await findEndpoint(trx, caller.environmentId, endpointId, { lock: true });
    const given = await findDelivery(trx, endpoint.id, deliveryId);
    const planned = (await bringForward(trx, given)) ?? (await planAnew(trx, given));
    const activity = endpointActivity(endpoint.id, "redelivered", "Webhook delivery repeated", {
      statusCode: 201,
      detail: { event_id: given.event_id, delivery_id: planned.id },
    });
    await recordActivity(trx, [callersActivity(caller, facts, activity)]);
    return planned.id;
  });
  return { delivery: renderDelivery(await findDelivery(db, endpointId, id)), replayed };
}

const NOW = { attempt: 1, pending: true, next_attempt_at: sql<Date>`clock_timestamp()` };

/** An attempt that is being made at this moment stays as it is: its outcome belongs to the log. */
function bringForward(trx: StoreTransaction, { endpoint_id, event_id }: Row<"webhook_delivery">) {
  return trx
    .updateTable("keystone.webhook_delivery")
    .set(NOW)
    .where("endpoint_id", "=", endpoint_id)
    .where("event_id", "=", event_id)
    .where("pending", "=", true)
    .where((eb) => eb.or([eb("leased_until", "is", null), eb("leased_until", "<=", sql<Date>`clock_timestamp()`)]))
    .returning("id")
    .executeTakeFirst();
}

function planAnew(trx: StoreTransaction, given: Row<"webhook_delivery">) {
  const { endpoint_id, environment_id, event_id, event_type } = given;
  return trx
    .insertInto("keystone.webhook_delivery")
    .values({ endpoint_id, environment_id, event_id, event_type, ...NOW })
    .returning("id")
    .executeTakeFirstOrThrow();
}
