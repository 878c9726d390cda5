import type { Row, Store, StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import { notFound } from "../../errors/api-error.ts";
import { isUuid } from "../../schemas/primitives.ts";
import type { WebhookEndpointRead } from "../../schemas/webhook.ts";
import { showTime, showTimeOrNull } from "../time.ts";

export type EndpointRow = Row<"webhook_endpoint"> & { previous_valid_until: Date | null };

/** Endpoints of one environment, and nobody else's. */
export function endpointsOf(db: Store | StoreTransaction, environmentId: string) {
  return db.selectFrom("keystone.webhook_endpoint as endpoint").where("endpoint.environment_id", "=", environmentId);
}

/** Until when the secret before the present one signs along; null when it no longer does. */
export const previousValidUntil = sql<Date | null>`(SELECT secret.valid_until FROM keystone.webhook_secret AS secret
  WHERE secret.endpoint_id = endpoint.id AND secret.valid_until > clock_timestamp())`.as("previous_valid_until");

/** One endpoint of the environment. Throws ApiError 404. */
export async function findEndpoint(
  db: Store | StoreTransaction,
  environmentId: string,
  id: string,
  options: { lock?: boolean } = {},
): Promise<EndpointRow> {
  if (!isUuid(id)) throw notFound("Webhook endpoint");
  const row = await endpointsOf(db, environmentId)
    .selectAll("endpoint")
    .select(previousValidUntil)
    .where("endpoint.id", "=", id)
    .$if(options.lock === true, (query) => query.forUpdate())
    .executeTakeFirst();
  if (row === undefined) throw notFound("Webhook endpoint");
  return row;
}

export function renderEndpoint(row: EndpointRow): WebhookEndpointRead {
  return {
    id: row.id,
    environment_id: row.environment_id,
    url: row.url,
    description: row.description,
    events: row.events,
    is_active: row.is_active,
    disabled_reason: row.disabled_reason,
    previous_secret_valid_until: showTimeOrNull(row.previous_valid_until),
    created_at: showTime(row.created_at),
    updated_at: showTime(row.updated_at),
  };
}
