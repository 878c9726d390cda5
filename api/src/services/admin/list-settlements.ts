import { sql } from "kysely";
import type { Actor } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { AdminSettlementRead } from "../../schemas/admin/settlement.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import { asPrefix } from "../like.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { loadSettlements } from "../settlements/load-settlements.ts";
import { inSnapshot, shownState } from "../settlements/select-settlement.ts";
import {
  counterpartyName,
  type NamedSettlementRow,
  namedColumns,
  namedSettlements,
  renderAdminSettlement,
} from "./find-any-settlement.ts";
import { hasParty } from "./settlement-filters.ts";

export interface AdminSettlementFilters extends PageInput {
  platform_id?: string | undefined;
  environment_id?: string | undefined;
  state?: string | undefined;
  template_slug?: string | undefined;
  created_from?: Date | undefined;
  created_to?: Date | undefined;
  /** The beginning of a key of any side. */
  idempotency_key?: string | undefined;
}

/** Everybody's settlements, newest first. */
export function listAdminSettlements(
  deps: Dependencies,
  caller: Actor,
  filters: AdminSettlementFilters,
): Promise<Page<AdminSettlementRead>> {
  const window = readWindow(filters);
  return inSnapshot(deps.db, async (trx) => {
    let all = namedSettlements(trx, deps.deployment);
    const { platform_id, environment_id, state, template_slug, created_from, created_to, idempotency_key } = filters;
    if (platform_id !== undefined) all = all.where(hasParty("platform_id", "=", platform_id));
    if (environment_id !== undefined) all = all.where(hasParty("environment_id", "=", environment_id));
    if (idempotency_key !== undefined) all = all.where(hasParty("idempotency_key", "like", asPrefix(idempotency_key)));
    if (state !== undefined) all = all.where(shownState, "=", state);
    if (template_slug !== undefined) {
      all = all.where(sql<boolean>`(template.slug = ${template_slug} OR ${template_slug} = ANY(template.aliases))`);
    }
    if (created_from !== undefined) all = all.where("settlement.created_at", ">=", created_from);
    if (created_to !== undefined) all = all.where("settlement.created_at", "<=", created_to);
    const rows: NamedSettlementRow[] = await all
      .selectAll("settlement")
      .select(namedColumns)
      .select(counterpartyName)
      .where(afterCursor("settlement", window))
      .orderBy("settlement.created_at", "desc")
      .orderBy("settlement.id", "desc")
      .limit(window.limit + 1)
      .offset(skipped(window))
      .execute();
    const { total } = await all.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
    const shown = rows.slice(0, window.limit);
    const { settlements, heads } = await loadSettlements(trx, shown);
    const items = settlements.map((loaded, index) =>
      renderAdminSettlement(deps, caller, shown[index] as NamedSettlementRow, loaded, heads),
    );
    return toPage(window, Number(total), rows, items);
  });
}
