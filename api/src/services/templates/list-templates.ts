import type { Store } from "@keystoneos/store";
import { sql } from "kysely";
import type { Page, PageInput } from "../../schemas/page.ts";
import type { SettlementTemplateRead } from "../../schemas/template.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { renderTemplate } from "./render-template.ts";

/** The newest active version of every slug. */
export async function listTemplates(db: Store, input: PageInput): Promise<Page<SettlementTemplateRead>> {
  const window = readWindow(input);
  const newest = db.selectFrom("keystone.template as template").where(
    sql<boolean>`template.is_active AND NOT EXISTS (
      SELECT FROM keystone.template newer
      WHERE newer.slug = template.slug AND newer.is_active AND newer.version > template.version)`,
  );
  const rows = await newest
    .selectAll()
    .where(afterCursor("template", window))
    .orderBy("template.created_at", "desc")
    .orderBy("template.id", "desc")
    .limit(window.limit + 1)
    .offset(skipped(window))
    .execute();
  const { total } = await newest.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
  return toPage(window, Number(total), rows, rows.map(renderTemplate));
}
