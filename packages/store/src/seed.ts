import { type Deployment, type ShippedTemplate, shippedTemplates } from "@keystoneos/protocol";
import { sql } from "kysely";
import { getAddress } from "viem";
import type { Store } from "./connect.ts";
import { type StoreTransaction, transaction } from "./transaction.ts";

/** Any fixed number: whoever holds it seeds, everybody else waits. */
const SEED_LOCK = "7202611022";

/**
 * Stores what ships with a deployment: the global instruments and the templates. Idempotent: a template whose configuration is
 * unchanged stays as it is; a changed one becomes a new version, while pending instructions and running settlements keep theirs.
 */
export async function seedDeployment(db: Store, deployment: Deployment): Promise<void> {
  await transaction(db, async (trx) => {
    await sql`SELECT pg_advisory_xact_lock(${sql.lit(SEED_LOCK)}::bigint)`.execute(trx);
    await seedInstruments(trx, deployment);
    for (const template of shippedTemplates(deployment)) await seedTemplate(trx, template);
  });
}

/** The deployment's word is the newest; settlements keep the token they were made with. */
async function seedInstruments(trx: StoreTransaction, deployment: Deployment): Promise<void> {
  for (const instrument of deployment.instruments) {
    const values = {
      ...instrument,
      token_address: getAddress(instrument.token_address).toLowerCase() as `0x${string}`,
      environment_id: null,
      verified: true,
    };
    await trx
      .insertInto("keystone.instrument")
      .values(values)
      .onConflict((conflict) => conflict.columns(["environment_id", "alias", "chain_id"]).doUpdateSet(values))
      .execute();
  }
}

async function seedTemplate(trx: StoreTransaction, template: ShippedTemplate): Promise<void> {
  const { slug, aliases, name, description } = template;
  const config = JSON.stringify(template.config);
  const newest = await trx
    .selectFrom("keystone.template")
    .select(["id", "version", "is_active", sql<boolean>`config = ${config}::jsonb`.as("same")])
    .where("slug", "=", slug)
    .orderBy("version", "desc")
    .limit(1)
    .executeTakeFirst();
  if (newest?.same && newest.is_active) {
    await trx
      .updateTable("keystone.template")
      .set({ aliases, name, description, updated_at: new Date() })
      .where("id", "=", newest.id)
      .where(
        sql<boolean>`(aliases, name, description) IS DISTINCT FROM (${aliases}::text[], ${name}::text, ${description}::text)`,
      )
      .execute();
    return;
  }
  await trx.updateTable("keystone.template").set({ is_active: false }).where("slug", "=", slug).execute();
  await trx
    .insertInto("keystone.template")
    .values({ slug, version: (newest?.version ?? 0) + 1, aliases, name, description, config })
    .execute();
}
