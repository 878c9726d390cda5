import { hashTerms, shippedTemplates, type Terms, termsToJson } from "@keystoneos/protocol";
import type { Store } from "@keystoneos/store";
import { sampleDeployment } from "../../../packages/store/test/deployment.ts";
import { dvp } from "./facts.ts";

/** One matched settlement with its open intent, as the api leaves them. */
export async function storeSettlement(db: Store, terms: Terms = dvp(11155111, 84532)) {
  const id = crypto.randomUUID();
  const unique = { ...terms, ref: `0x${id.replaceAll("-", "")}` as const };
  const platform = await db
    .insertInto("keystone.platform")
    .values({ name: "Alpine", slug: id })
    .returning("id")
    .executeTakeFirstOrThrow();
  const environment = await db
    .insertInto("keystone.environment")
    .values({ platform_id: platform.id, name: "Test", slug: "test", auth0_client_id: id })
    .returning("id")
    .executeTakeFirstOrThrow();
  const template = shippedTemplates(sampleDeployment())[0];
  if (template === undefined) throw new Error("no template is shipped");
  const { id: template_id } = await db
    .insertInto("keystone.template")
    .values({ slug: id, version: 1, name: template.name, config: JSON.stringify(template.config) })
    .returning("id")
    .executeTakeFirstOrThrow();
  await db
    .insertInto("keystone.settlement")
    .values({
      id,
      platform_id: platform.id,
      environment_id: environment.id,
      template_id,
      template_slug: template.slug,
      settlement_type: "single_platform",
      fee_mode: "seller_pays",
      settlement_hash: hashTerms(unique),
      terms: JSON.stringify(termsToJson(unique)),
      timeout_at: new Date(unique.settleDeadline * 1000),
      deposit_deadline: new Date(unique.depositDeadline * 1000),
    })
    .execute();
  const intent = await db
    .insertInto("keystone.intent")
    .values({ settlement_id: id, kind: "settle" })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { settlementId: id, intentId: intent.id };
}
