import { shippedTemplates } from "@keystoneos/protocol";
import { expect } from "chai";
import { isUniqueViolation, type NewRow, type Store, sqlState } from "../src/index.ts";
import { sampleDeployment } from "./deployment.ts";
import { databaseBefore, type OldDatabase } from "./old-database.ts";

describe("0006_settlements", function () {
  this.timeout(30_000);
  let database: OldDatabase;
  let db: Store;
  let old: NewRow<"settlement">;

  /** A database with a settlement from before the migration. */
  before(async () => {
    database = await databaseBefore("0004");
    db = database.db;
    const { id: platform_id } = await db
      .insertInto("keystone.platform")
      .values({ name: "A", slug: "a", auth0_org_id: null })
      .returning("id")
      .executeTakeFirstOrThrow();
    const { id: environment_id } = await db
      .insertInto("keystone.environment")
      .values({ platform_id, name: "Test", slug: "test", auth0_client_id: "client" })
      .returning("id")
      .executeTakeFirstOrThrow();
    const [template] = shippedTemplates(sampleDeployment());
    const { settlement_category_required: _, ...before } = template?.config ?? {};
    const { id: template_id } = await db
      .insertInto("keystone.template")
      .values({ slug: "old", version: 1, name: "Old", config: JSON.stringify(before) as never })
      .returning("id")
      .executeTakeFirstOrThrow();
    old = settlement({ platform_id, environment_id, template_id });
    await db.insertInto("keystone.settlement").values(old).execute();
    await database.migrate();
  });
  after(() => database.drop());

  let made = 0;
  const settlement = (owner: Pick<NewRow<"settlement">, "platform_id" | "environment_id" | "template_id">) => ({
    id: crypto.randomUUID(),
    ...owner,
    template_slug: "old",
    settlement_type: "single_platform" as const,
    fee_mode: "seller_pays" as const,
    settlement_hash: `0x${String(++made).padStart(64, "0")}` as const,
    terms: "{}",
    timeout_at: new Date(),
    deposit_deadline: new Date(),
  });
  const insert = (changes: Partial<NewRow<"settlement">>) => {
    const { platform_id, environment_id, template_id } = old;
    const row = { ...settlement({ platform_id, environment_id, template_id }), ...changes };
    return db.insertInto("keystone.settlement").values(row).returning("id").executeTakeFirstOrThrow();
  };
  const refusal = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error);
  const terms = { maturity_at: new Date(), repayment_amount: "1" };

  it("leaves what was there a plain trade that was matched, of a template that needs no category", async () => {
    const row = await db
      .selectFrom("keystone.settlement")
      .selectAll()
      .where("id", "=", old.id)
      .executeTakeFirstOrThrow();
    expect(row).to.deep.include({
      settlement_category: null,
      parent_settlement_id: null,
      maturity_at: null,
      repayment_amount: null,
      external_reference: null,
      created_by: "system:matching",
    });
    const template = await db.selectFrom("keystone.template").select("config").executeTakeFirstOrThrow();
    expect(template.config.settlement_category_required).to.equal(false);
    const environment = await db.selectFrom("keystone.environment").selectAll().executeTakeFirstOrThrow();
    expect(environment.default_timeout_seconds).to.equal(3600);
  });

  it("takes a repo whole: no half of its terms, a closing with its opening, and one only", async () => {
    const opening = await insert({ settlement_category: "repo_open", ...terms });
    const closing = { settlement_category: "repo_close" as const, parent_settlement_id: opening.id, ...terms };
    await insert(closing);
    expect(isUniqueViolation(await refusal(insert(closing)))).to.equal(true);
    const halves: Partial<NewRow<"settlement">>[] = [
      { settlement_category: "repo_open" },
      { settlement_category: "repo_open", maturity_at: new Date() },
      { settlement_category: "repo_close", ...terms },
      { settlement_category: "repo_open", parent_settlement_id: old.id, ...terms },
      { parent_settlement_id: old.id },
      terms,
      { settlement_category: "loan" as never, ...terms },
    ];
    for (const half of halves) expect(sqlState(await refusal(insert(half))), JSON.stringify(half)).to.equal("23514");
  });

  it("keeps a commitment once", async () => {
    const commitment = `0x${"1".repeat(64)}` as const;
    const keep = () => db.insertInto("keystone.brought_commitment").values({ commitment }).execute();
    await keep();
    expect(isUniqueViolation(await refusal(keep()))).to.equal(true);
  });
});
