import { type StoreTransaction, transaction } from "@keystoneos/store";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { endpointActivity } from "./activity.ts";
import { findEndpoint } from "./select-endpoint.ts";

/** Ends an endpoint, its secrets and what waits to be delivered to it; the log of what was tried stays. Throws ApiError 404. */
export async function deleteEndpoint(
  { db }: Dependencies,
  caller: Caller,
  id: string,
  facts: RequestFacts,
): Promise<void> {
  await transaction(db, async (trx) => {
    const endpoint = await findEndpoint(trx, caller.environmentId, id, { lock: true });
    await dropEndpoint(trx, endpoint.id);
    const activity = endpointActivity(endpoint.id, "endpoint_deleted", "Webhook endpoint deleted", {
      statusCode: 204,
      detail: { host: new URL(endpoint.url).host },
    });
    await recordActivity(trx, [callersActivity(caller, facts, activity)]);
  });
}

/** Ends an endpoint and what waits to be delivered to it. */
export async function dropEndpoint(trx: StoreTransaction, endpointId: string): Promise<void> {
  await trx.deleteFrom("keystone.webhook_endpoint").where("id", "=", endpointId).execute();
  await trx
    .deleteFrom("keystone.webhook_delivery")
    .where("endpoint_id", "=", endpointId)
    .where("pending", "=", true)
    .execute();
}
