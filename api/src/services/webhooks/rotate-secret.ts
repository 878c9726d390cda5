import { type SecretKeyring, type StoreTransaction, transaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { drawSecret } from "../../delivery/sign.ts";
import type { WebhookSecretRotated } from "../../schemas/webhook.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { showTime } from "../time.ts";
import { endpointActivity } from "./activity.ts";
import { storeSecret } from "./secrets.ts";
import { findEndpoint } from "./select-endpoint.ts";

/**
 * Replaces the secret. The one before signs along for 24 hours; one that did so already ends now. Throws ApiError 404.
 */
export async function rotateSecret(
  { db, keyring }: Dependencies,
  caller: Caller,
  id: string,
  facts: RequestFacts,
): Promise<WebhookSecretRotated> {
  return transaction(db, async (trx) => {
    const endpoint = await findEndpoint(trx, caller.environmentId, id, { lock: true });
    const secret = drawSecret();
    const validUntil = await replaceSecret(trx, keyring, endpoint.id, secret);
    const activity = endpointActivity(endpoint.id, "secret_rotated", "Webhook secret replaced", { statusCode: 200 });
    await recordActivity(trx, [callersActivity(caller, facts, activity)]);
    return { new_secret: secret, previous_secret_valid_until: showTime(validUntil) };
  });
}

/** Lets another secret sign from now on. Resolves to until when the one before signs along. */
export async function replaceSecret(
  trx: StoreTransaction,
  keyring: SecretKeyring,
  endpointId: string,
  secret: string,
): Promise<Date> {
  await trx
    .deleteFrom("keystone.webhook_secret")
    .where("endpoint_id", "=", endpointId)
    .where("valid_until", "is not", null)
    .execute();
  const { valid_until } = await trx
    .updateTable("keystone.webhook_secret")
    .set({ valid_until: sql<Date>`clock_timestamp() + interval '24 hours'` })
    .where("endpoint_id", "=", endpointId)
    .returning("valid_until")
    .executeTakeFirstOrThrow();
  await storeSecret(trx, keyring, endpointId, secret);
  return valid_until as Date;
}
