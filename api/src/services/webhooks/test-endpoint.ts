import { randomUUID } from "node:crypto";
import { transaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { signatureHeaders } from "../../delivery/sign.ts";
import { ApiError } from "../../errors/api-error.ts";
import type { WebhookTestResult } from "../../schemas/webhook.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { isEventName } from "../events/catalogue.ts";
import { eventBody, eventId } from "../events/event-id.ts";
import { sampleData } from "../events/sample-data.ts";
import { unixSeconds } from "../time.ts";
import { endpointActivity } from "./activity.ts";
import { openSecrets } from "./secrets.ts";
import { findEndpoint } from "./select-endpoint.ts";

/**
 * Sends a sample of an event now, once, whether or not the endpoint is active or subscribes to it. Recorded when it was made, so that no
 * transaction waits for a stranger. Throws ApiError 404, 422 webhook_event_unknown.
 */
export async function testEndpoint(
  { db, keyring, webhooks }: Dependencies,
  caller: Caller,
  endpointId: string,
  event: string,
  facts: RequestFacts,
): Promise<WebhookTestResult> {
  const endpoint = await findEndpoint(db, caller.environmentId, endpointId);
  if (!isEventName(event)) {
    throw new ApiError("webhook_event_unknown", "No event has this name", { loc: ["body", "event"] });
  }
  const now = new Date();
  const id = eventId(event, { objectId: randomUUID() });
  const data = sampleData(event, now);
  const body = eventBody({ event, id, data });
  const secrets = await openSecrets(db, keyring, endpoint.id);
  const headers = signatureHeaders({ id, timestamp: unixSeconds(now), body }, secrets);
  const outcome = await webhooks.send({ url: endpoint.url, headers, body });
  const deliveryId = randomUUID();
  await transaction(db, async (trx) => {
    await trx
      .insertInto("keystone.event")
      .values({
        environment_id: caller.environmentId,
        id,
        position: null,
        event,
        settlement_id: null,
        data: JSON.stringify(data),
        chain_id: null,
        block_number: null,
        block_hash: null,
        log_index: null,
      })
      .execute();
    await trx
      .insertInto("keystone.webhook_delivery")
      .values({
        id: deliveryId,
        endpoint_id: endpoint.id,
        environment_id: caller.environmentId,
        event_id: id,
        event_type: event,
        attempt: 1,
        pending: false,
        success: outcome.success,
        status_code: outcome.statusCode,
        response_excerpt: outcome.excerpt,
        error: outcome.error,
        duration_ms: outcome.durationMs,
        created_at: sql<Date>`clock_timestamp()`,
      })
      .execute();
    const activity = endpointActivity(endpoint.id, "tested", "Webhook endpoint tested", {
      statusCode: 200,
      detail: { event, delivery_id: deliveryId, success: outcome.success },
    });
    await recordActivity(trx, [callersActivity(caller, facts, activity)]);
  });
  return {
    success: outcome.success,
    event_id: id,
    delivery_id: deliveryId,
    status_code: outcome.statusCode,
    duration_ms: outcome.durationMs,
    error: outcome.error,
  };
}
