import type { Store } from "@keystoneos/store";
import { notFound } from "../../errors/api-error.ts";
import { isUuid } from "../../schemas/primitives.ts";
import type { SettlementTemplateRead } from "../../schemas/template.ts";
import { renderTemplate } from "./render-template.ts";

/** Any version by its id. Throws ApiError 404. */
export async function getTemplate(db: Store, id: string): Promise<SettlementTemplateRead> {
  if (!isUuid(id)) throw notFound("Settlement template");
  const row = await db.selectFrom("keystone.template").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw notFound("Settlement template");
  return renderTemplate(row);
}
