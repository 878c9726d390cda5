import { transaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import type { WebhookRecovery } from "../../schemas/webhook.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { EVENT_NAMES, matchesPattern } from "../events/catalogue.ts";
import { endpointActivity } from "./activity.ts";
import { findEndpoint } from "./select-endpoint.ts";

/**
 * Plans deliveries of events of the last 30 days that the endpoint subscribes to, those included that it was never sent; what waits to
 * be delivered anyway is not planned again. Returns how many. Throws ApiError 404.
 */
export async function recover(
  { db }: Dependencies,
  caller: Caller,
  endpointId: string,
  input: WebhookRecovery,
  facts: RequestFacts,
): Promise<number> {
  return transaction(db, async (trx) => {
    // Locked, so that two recoveries at once do not plan the same.
    const endpoint = await findEndpoint(trx, caller.environmentId, endpointId, { lock: true });
    const wanted = EVENT_NAMES.filter((name) => endpoint.events.some((pattern) => matchesPattern(pattern, name)));
    const chosen =
      input.event_ids === undefined
        ? sql<boolean>`event.created_at >= ${input.since as Date}`
        : sql<boolean>`event.id = ANY(${input.event_ids}::text[])`;
    const unlessDone =
      input.only_failed === false
        ? sql<boolean>`delivery.pending`
        : sql<boolean>`(delivery.pending OR delivery.success)`;
    const { rows } = await sql<{ id: string }>`
      INSERT INTO keystone.webhook_delivery
        (endpoint_id, environment_id, event_id, event_type, attempt, pending, next_attempt_at)
      SELECT ${endpoint.id}::uuid, event.environment_id, event.id, event.event, 1, true, clock_timestamp()
      FROM keystone.event
      WHERE event.environment_id = ${caller.environmentId} AND event.position IS NOT NULL
        AND event.created_at > now() - interval '30 days' AND event.event = ANY(${wanted}::text[]) AND ${chosen}
        AND NOT EXISTS (SELECT FROM keystone.webhook_delivery AS delivery WHERE delivery.endpoint_id = ${endpoint.id}::uuid
          AND delivery.environment_id = event.environment_id AND delivery.event_id = event.id AND ${unlessDone})
      ORDER BY event.position
      RETURNING id`.execute(trx);
    const activity = endpointActivity(endpoint.id, "recovered", `${rows.length} webhook deliveries planned anew`, {
      statusCode: 200,
      detail: { enqueued: rows.length },
    });
    await recordActivity(trx, [callersActivity(caller, facts, activity)]);
    return rows.length;
  });
}
