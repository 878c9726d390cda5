import type { TemplateConfig } from "@keystoneos/protocol";
import type { Row, Store, StoreTransaction } from "@keystoneos/store";

export type Template = Omit<Row<"template">, "config"> & { config: TemplateConfig };

/** An active version by its id, which is a UUID. */
export async function findTemplateById(db: Store | StoreTransaction, id: string): Promise<Template | undefined> {
  return await db
    .selectFrom("keystone.template")
    .selectAll()
    .where("id", "=", id)
    .where("is_active", "=", true)
    .executeTakeFirst();
}

/** The newest active version under a slug or an alias of it. */
export async function findTemplate(db: Store | StoreTransaction, slugOrAlias: string): Promise<Template | undefined> {
  return await db
    .selectFrom("keystone.template")
    .selectAll()
    .where("is_active", "=", true)
    .where((eb) => eb.or([eb("slug", "=", slugOrAlias), eb(eb.val(slugOrAlias), "=", eb.fn.any("aliases"))]))
    .orderBy((eb) => eb("slug", "=", slugOrAlias), "desc")
    .orderBy("version", "desc")
    .limit(1)
    .executeTakeFirst();
}
