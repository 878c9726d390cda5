import { randomUUID } from "node:crypto";
import type { SecretKeyring, StoreTransaction } from "@keystoneos/store";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { drawSecret } from "../../delivery/sign.ts";
import { ApiError } from "../../errors/api-error.ts";
import type { WebhookEndpointCreate, WebhookEndpointCreated } from "../../schemas/webhook.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { type IdempotentRequest, makeOnce } from "../idempotency.ts";
import { endpointActivity } from "./activity.ts";
import { checkEvents, checkUrl } from "./check-endpoint.ts";
import { storeSecret } from "./secrets.ts";
import { findEndpoint, renderEndpoint } from "./select-endpoint.ts";

const MAX_ENDPOINTS = 16;

export interface EndpointCreation {
  caller: Caller;
  input: WebhookEndpointCreate;
  /** Null when the caller sent no idempotency key. */
  request: IdempotentRequest | null;
  facts: RequestFacts;
}

/**
 * Stores an endpoint and its secret, which is shown here and never again. Throws ApiError 409 endpoint_limit_reached,
 * idempotency_key_reused, 422 webhook_url_forbidden, webhook_event_unknown; then nothing is stored.
 */
export async function createEndpoint(
  { db, keyring, webhooks }: Dependencies,
  { caller, input, request, facts }: EndpointCreation,
): Promise<{ endpoint: WebhookEndpointCreated; replayed: boolean }> {
  const secret = input.secret ?? drawSecret();
  const { id, replayed } = await makeOnce(db, request, async (trx) => {
    const { url, description = null } = input;
    checkUrl(webhooks, url);
    const events = checkEvents(input) ?? ["*"];
    const id = await storeEndpoint(trx, keyring, {
      environmentId: caller.environmentId,
      url,
      description,
      events,
      secret,
    });
    const activity = endpointActivity(id, "endpoint_created", "Webhook endpoint created", {
      statusCode: 201,
      // Path and query may hold a token of the receiver's.
      detail: { host: new URL(input.url).host, events },
    });
    await recordActivity(trx, [callersActivity(caller, facts, activity)]);
    return id;
  });
  const row = await findEndpoint(db, caller.environmentId, id);
  return { endpoint: { ...renderEndpoint(row), secret: replayed ? null : secret }, replayed };
}

/** Stores an endpoint with the secret that signs. Throws ApiError 409 endpoint_limit_reached. */
export async function storeEndpoint(
  trx: StoreTransaction,
  keyring: SecretKeyring,
  endpoint: { environmentId: string; url: string; description: string | null; events: string[]; secret: string },
): Promise<string> {
  const { environmentId, secret, ...shown } = endpoint;
  await checkLimit(trx, environmentId);
  const id = randomUUID();
  await trx
    .insertInto("keystone.webhook_endpoint")
    .values({ id, environment_id: environmentId, disabled_reason: null, ...shown })
    .execute();
  await storeSecret(trx, keyring, id, secret);
  return id;
}

/** The environment's row is held, so that endpoints made at once are counted one after the other. */
async function checkLimit(trx: StoreTransaction, environmentId: string): Promise<void> {
  await trx
    .selectFrom("keystone.environment")
    .select("id")
    .where("id", "=", environmentId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  const { count } = await trx
    .selectFrom("keystone.webhook_endpoint")
    .select((eb) => eb.fn.countAll<bigint>().as("count"))
    .where("environment_id", "=", environmentId)
    .executeTakeFirstOrThrow();
  if (count < BigInt(MAX_ENDPOINTS)) return;
  throw new ApiError("endpoint_limit_reached", `The environment has ${MAX_ENDPOINTS} webhook endpoints; delete one`);
}
