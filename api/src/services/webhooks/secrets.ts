import { openText, type SecretKeyring, type Store, type StoreTransaction, sealText } from "@keystoneos/store";
import { sql } from "kysely";

const owner = (endpointId: string) => ["webhook_endpoint", endpointId] as const;

/** Stores the secret that signs from now on, sealed. */
export async function storeSecret(
  trx: StoreTransaction,
  keyring: SecretKeyring,
  endpointId: string,
  secret: string,
): Promise<void> {
  await trx
    .insertInto("keystone.webhook_secret")
    .values({ endpoint_id: endpointId, valid_until: null, ...sealText(keyring, owner(endpointId), secret) })
    .execute();
}

/** The secrets that sign at this moment. */
export async function openSecrets(
  db: Store | StoreTransaction,
  keyring: SecretKeyring,
  endpointId: string,
): Promise<{ present: string; previous: string | null }> {
  const rows = await db
    .selectFrom("keystone.webhook_secret")
    .selectAll()
    .where("endpoint_id", "=", endpointId)
    .where((eb) => eb.or([eb("valid_until", "is", null), eb("valid_until", ">", sql<Date>`clock_timestamp()`)]))
    .execute();
  const sealed = (previous: boolean) => rows.find(({ valid_until }) => (valid_until !== null) === previous);
  const [present, previous] = [sealed(false), sealed(true)];
  if (present === undefined) throw new Error(`webhook endpoint ${endpointId} has no secret`);
  return {
    present: openText(keyring, owner(endpointId), present),
    previous: previous === undefined ? null : openText(keyring, owner(endpointId), previous),
  };
}
