import { randomUUID } from "node:crypto";
import type { Store } from "@keystoneos/store";
import { sql } from "kysely";

/** An attempt that this process is to make, and nobody else until the lease ends. */
export interface Claim {
  id: string;
  lease: string;
  endpoint_id: string;
  environment_id: string;
  platform_id: string;
  event_id: string;
  event_type: string;
  attempt: number;
  url: string;
  data: Record<string, unknown>;
  /** W3C trace context of the event. */
  traceparent: string | null;
}

/** Longer than an attempt can take: what is not finished by then was lost with its process, and is made again. */
const LEASE_SECONDS = 30;
/** How many attempts an endpoint is given at once; one while it does not answer well. */
const BATCH = 8;

/** Whom this process serves already, and how far it can still go. */
export interface Load {
  /** So many attempts can be taken, */
  room: number;
  /** and of one platform so many of them. */
  share: number;
  /** Platforms that have their share. */
  full: string[];
  /** Endpoints that have not answered all they were given. */
  busy: string[];
  /** Endpoints that did not answer well. */
  slow: string[];
}

/**
 * Takes attempts that are due, of active endpoints, the longest due first. Each endpoint gets few and each platform its share, so that
 * neither's queue stands before another's.
 */
export async function claimDue(db: Store, { room, share, full, busy, slow }: Load): Promise<Claim[]> {
  const { rows } = await sql<Claim>`
    WITH due AS (
      SELECT id, platform_id FROM (
        SELECT waiting.id, waiting.next_attempt_at, environment.platform_id,
          row_number() OVER (PARTITION BY environment.platform_id ORDER BY waiting.next_attempt_at) AS place
        FROM keystone.webhook_endpoint AS endpoint
        JOIN keystone.environment ON environment.id = endpoint.environment_id
        CROSS JOIN LATERAL (
          SELECT delivery.id, delivery.next_attempt_at FROM keystone.webhook_delivery AS delivery
          WHERE delivery.endpoint_id = endpoint.id AND delivery.pending AND delivery.next_attempt_at <= now()
            AND (delivery.leased_until IS NULL OR delivery.leased_until <= now())
          ORDER BY delivery.next_attempt_at
          LIMIT CASE WHEN endpoint.id = ANY(${slow}::uuid[]) THEN 1 ELSE ${sql.lit(BATCH)} END
          FOR UPDATE SKIP LOCKED
        ) AS waiting
        WHERE endpoint.is_active AND endpoint.id <> ALL(${busy}::uuid[]) AND environment.platform_id <> ALL(${full}::uuid[])
      ) AS ranked
      WHERE place <= ${share}
      ORDER BY next_attempt_at
      LIMIT ${room}
    )
    UPDATE keystone.webhook_delivery AS delivery
    SET lease = ${randomUUID()}::uuid, leased_until = clock_timestamp() + ${sql.lit(LEASE_SECONDS)} * interval '1 second'
    FROM due, keystone.webhook_endpoint AS endpoint, keystone.event AS event
    WHERE delivery.id = due.id AND endpoint.id = delivery.endpoint_id
      AND event.environment_id = delivery.environment_id AND event.id = delivery.event_id
    RETURNING delivery.id, delivery.lease, delivery.endpoint_id, delivery.environment_id, due.platform_id,
      delivery.event_id, delivery.event_type, delivery.attempt, endpoint.url, event.data, event.traceparent`.execute(
    db,
  );
  return rows;
}
