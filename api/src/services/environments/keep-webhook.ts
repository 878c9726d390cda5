import type { StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Dependencies } from "../../context.ts";
import { drawSecret } from "../../delivery/sign.ts";
import { ValidationError } from "../../errors/validation.ts";
import { checkUrl } from "../webhooks/check-endpoint.ts";
import { storeEndpoint } from "../webhooks/create-endpoint.ts";
import { dropEndpoint } from "../webhooks/delete-endpoint.ts";
import { replaceSecret } from "../webhooks/rotate-secret.ts";

interface Wanted {
  webhook_url?: string | null | undefined;
  webhook_secret?: string | undefined;
}

/**
 * Has the one endpoint behind `webhook_url` be what was asked for: made, sent elsewhere with all events, given another secret, or
 * deleted. Throws ValidationError for a secret without a URL, ApiError 409 endpoint_limit_reached, 422 webhook_url_forbidden.
 */
export async function keepWebhook(
  trx: StoreTransaction,
  { keyring, webhooks }: Pick<Dependencies, "keyring" | "webhooks">,
  environment: { id: string; webhook_endpoint_id: string | null },
  { webhook_url: url, webhook_secret: secret }: Wanted,
): Promise<void> {
  const present = environment.webhook_endpoint_id;
  if (secret !== undefined && (url === null || (url === undefined && present === null))) {
    const msg = "Send webhook_url too: without it there is nothing to sign";
    throw new ValidationError([{ loc: ["body", "webhook_secret"], msg, type: "value_error" }]);
  }
  if (typeof url === "string") checkUrl(webhooks, url, "webhook_url");
  if (url === null) {
    if (present !== null) await dropEndpoint(trx, present);
    return;
  }
  if (present === null) {
    if (url !== undefined) await makeEndpoint(trx, keyring, environment.id, url, secret ?? drawSecret());
    return;
  }
  if (url !== undefined) {
    await trx
      .updateTable("keystone.webhook_endpoint")
      .set({ url, events: ["*"], is_active: true, disabled_reason: null, updated_at: sql<Date>`clock_timestamp()` })
      .where("id", "=", present)
      .execute();
  }
  if (secret !== undefined) await replaceSecret(trx, keyring, present, secret);
}

async function makeEndpoint(
  trx: StoreTransaction,
  keyring: Dependencies["keyring"],
  environmentId: string,
  url: string,
  secret: string,
): Promise<void> {
  const description = "webhook_url of the environment";
  const id = await storeEndpoint(trx, keyring, { environmentId, url, description, events: ["*"], secret });
  await trx
    .updateTable("keystone.environment")
    .set({ webhook_endpoint_id: id })
    .where("id", "=", environmentId)
    .execute();
}
