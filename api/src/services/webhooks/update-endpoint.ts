import { transaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import type { WebhookEndpointRead, WebhookEndpointUpdate } from "../../schemas/webhook.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { endpointActivity } from "./activity.ts";
import { checkEvents, checkUrl } from "./check-endpoint.ts";
import { findEndpoint, renderEndpoint } from "./select-endpoint.ts";

/**
 * Changes the given fields. What waits to be delivered goes to the new URL; while an endpoint is inactive it waits on, and nothing new is
 * planned for it. Throws ApiError 404, 422 webhook_url_forbidden, webhook_event_unknown.
 */
export async function updateEndpoint(
  { db, webhooks }: Dependencies,
  caller: Caller,
  id: string,
  input: WebhookEndpointUpdate,
  facts: RequestFacts,
): Promise<WebhookEndpointRead> {
  return transaction(db, async (trx) => {
    const before = await findEndpoint(trx, caller.environmentId, id, { lock: true });
    if (input.url !== undefined) checkUrl(webhooks, input.url);
    const events = checkEvents(input);
    const { url, description, is_active } = input;
    const changes = {
      ...(url === undefined ? undefined : { url }),
      ...(description === undefined ? undefined : { description }),
      ...(events === undefined ? undefined : { events }),
      ...(is_active === undefined ? undefined : { is_active, disabled_reason: null }),
    };
    if (Object.keys(changes).length === 0) return renderEndpoint(before);
    await trx
      .updateTable("keystone.webhook_endpoint")
      .set({ ...changes, updated_at: sql<Date>`clock_timestamp()` })
      .where("id", "=", before.id)
      .execute();
    const activity = endpointActivity(before.id, "endpoint_updated", "Webhook endpoint changed", {
      statusCode: 200,
      detail: { changed: Object.keys(changes) },
    });
    await recordActivity(trx, [callersActivity(caller, facts, activity)]);
    return renderEndpoint(await findEndpoint(trx, caller.environmentId, id));
  });
}
