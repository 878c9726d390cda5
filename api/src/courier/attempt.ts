import { type SecretKeyring, type Store, type StoreTransaction, transaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Outcome, WebhookSender } from "../delivery/send.ts";
import { signatureHeaders } from "../delivery/sign.ts";
import { recordActivity, systemActivity } from "../services/activity.ts";
import { eventBody } from "../services/events/event-id.ts";
import { unixSeconds } from "../services/time.ts";
import { endpointActivity } from "../services/webhooks/activity.ts";
import { openSecrets } from "../services/webhooks/secrets.ts";
import type { Claim } from "./claim.ts";
import { delayAfter } from "./schedule.ts";

const GONE = 410;
const TOO_MANY = 429;

/** Makes an attempt and stores what came of it, with the next attempt if there is to be one. */
export async function makeAttempt(
  db: Store,
  keyring: SecretKeyring,
  sender: WebhookSender,
  claim: Claim,
): Promise<Outcome> {
  const id = claim.event_id;
  const body = eventBody({ event: claim.event_type, id, data: claim.data });
  const secrets = await openSecrets(db, keyring, claim.endpoint_id);
  const headers = signatureHeaders({ id, timestamp: unixSeconds(new Date()), body }, secrets);
  const outcome = await sender.send({ url: claim.url, headers, body });
  await transaction(db, (trx) => storeOutcome(trx, claim, outcome));
  return outcome;
}

async function storeOutcome(trx: StoreTransaction, claim: Claim, outcome: Outcome): Promise<void> {
  const gone = outcome.statusCode === GONE && (await isStillThere(trx, claim));
  const asked = outcome.statusCode === TOO_MANY ? outcome.retryAfterSeconds : null;
  const delay = outcome.success || gone ? null : delayAfter(claim.attempt, asked);
  const next = delay === null ? null : sql<Date>`clock_timestamp() + ${delay} * interval '1 second'`;
  const made = await trx
    .updateTable("keystone.webhook_delivery")
    .set({
      pending: false,
      lease: null,
      leased_until: null,
      success: outcome.success,
      status_code: outcome.statusCode,
      response_excerpt: outcome.excerpt,
      error: outcome.error,
      duration_ms: outcome.durationMs,
      next_attempt_at: next,
    })
    .where("id", "=", claim.id)
    // Whoever has lost the lease has lost its say: another process makes the attempt.
    .where("lease", "=", claim.lease)
    .where("pending", "=", true)
    .returning("next_attempt_at")
    .executeTakeFirst();
  if (made === undefined) return;
  if (gone) await disable(trx, claim);
  if (made.next_attempt_at !== null) await planNext(trx, claim, made.next_attempt_at);
}

/** Unless the event waits to be delivered there anyway, or the endpoint is no more. */
async function planNext(trx: StoreTransaction, claim: Claim, at: Date): Promise<void> {
  await sql`
    INSERT INTO keystone.webhook_delivery
      (endpoint_id, environment_id, event_id, event_type, attempt, pending, next_attempt_at)
    SELECT endpoint.id, ${claim.environment_id}::uuid, ${claim.event_id}, ${claim.event_type}, ${claim.attempt + 1}::integer,
      true, ${at}
    FROM keystone.webhook_endpoint AS endpoint
    WHERE endpoint.id = ${claim.endpoint_id}::uuid AND NOT EXISTS (
      SELECT FROM keystone.webhook_delivery AS waiting WHERE waiting.endpoint_id = endpoint.id
        AND waiting.environment_id = ${claim.environment_id}::uuid AND waiting.event_id = ${claim.event_id} AND waiting.pending)
    `.execute(trx);
}

/** Whether the endpoint is where it was; then it stays there until the transaction ends. What its old place says ends nothing. */
async function isStillThere(trx: StoreTransaction, claim: Claim): Promise<boolean> {
  const endpoint = await trx
    .selectFrom("keystone.webhook_endpoint")
    .select("url")
    .where("id", "=", claim.endpoint_id)
    .forUpdate()
    .executeTakeFirst();
  return endpoint?.url === claim.url;
}

/** Whoever answers 410 wants no more. */
async function disable(trx: StoreTransaction, claim: Claim): Promise<void> {
  const disabled = await trx
    .updateTable("keystone.webhook_endpoint")
    .set({ is_active: false, disabled_reason: "The endpoint answered 410", updated_at: sql<Date>`clock_timestamp()` })
    .where("id", "=", claim.endpoint_id)
    .where("is_active", "=", true)
    .returning("id")
    .executeTakeFirst();
  if (disabled === undefined) return;
  const { platform_id } = await trx
    .selectFrom("keystone.environment")
    .select("platform_id")
    .where("id", "=", claim.environment_id)
    .executeTakeFirstOrThrow();
  const owner = { platformId: platform_id, environmentId: claim.environment_id };
  const activity = endpointActivity(disabled.id, "endpoint_disabled", "Webhook endpoint disabled: it answered 410");
  await recordActivity(trx, [systemActivity(owner, "courier", activity)]);
}
