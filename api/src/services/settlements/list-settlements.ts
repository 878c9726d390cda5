import type { SettlementCategory } from "@keystoneos/store";
import { sql } from "kysely";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import type { SettlementRead } from "../../schemas/settlement.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { loadSettlements } from "./load-settlements.ts";
import { renderSettlement } from "./render-settlement.ts";
import { inSnapshot, settlementsOf, shownState } from "./select-settlement.ts";

export interface SettlementFilters extends PageInput {
  state?: string[] | undefined;
  settlement_type?: "single_platform" | "cross_platform" | undefined;
  settlement_category?: SettlementCategory | undefined;
  template_slug?: string | undefined;
  parent_settlement_id?: string | undefined;
  external_reference?: string | undefined;
  trade_reference?: string | undefined;
  idempotency_key?: string | undefined;
  created_from?: Date | undefined;
  created_to?: Date | undefined;
}

/** A party's own reference; of a settlement that was made without instructions that of the settlement. */
const ownReference = sql`CASE WHEN settlement.trade_reference IS NULL THEN settlement.external_reference
  ELSE own.external_reference END`;

/** Settlements with a party of the caller's environment, newest first. Deposit secrets are never listed. */
export function listSettlements(
  deps: Dependencies,
  caller: Caller,
  filters: SettlementFilters,
): Promise<Page<SettlementRead>> {
  const window = readWindow(filters);
  return inSnapshot(deps.db, async (trx) => {
    let own = settlementsOf(trx, deps.deployment, caller.environmentId);
    if (caller.settlementIds !== null) own = own.where("settlement.id", "in", caller.settlementIds);
    const { state, settlement_type, template_slug, trade_reference, created_from, created_to } = filters;
    const { settlement_category, parent_settlement_id } = filters;
    if (state !== undefined) own = own.where(sql<boolean>`${shownState} = ANY(${state}::text[])`);
    if (settlement_type !== undefined) own = own.where("settlement.settlement_type", "=", settlement_type);
    if (template_slug !== undefined) {
      own = own.where(sql<boolean>`(template.slug = ${template_slug} OR ${template_slug} = ANY(template.aliases))`);
    }
    if (trade_reference !== undefined) own = own.where("settlement.trade_reference", "=", trade_reference);
    if (created_from !== undefined) own = own.where("settlement.created_at", ">=", created_from);
    if (created_to !== undefined) own = own.where("settlement.created_at", "<=", created_to);
    if (settlement_category !== undefined) own = own.where("settlement_category", "=", settlement_category);
    if (parent_settlement_id !== undefined) own = own.where("parent_settlement_id", "=", parent_settlement_id);
    const shownToOwner = { external_reference: ownReference, idempotency_key: sql`own.idempotency_key` };
    for (const [name, column] of Object.entries(shownToOwner)) {
      const wanted = filters[name as keyof typeof shownToOwner];
      if (wanted === undefined) continue;
      own = own.where(sql<boolean>`EXISTS (SELECT FROM keystone.party own WHERE own.settlement_id = settlement.id
        AND own.environment_id = ${caller.environmentId} AND ${column} = ${wanted})`);
    }
    const rows = await own
      .selectAll("settlement")
      .select(["template.version as template_version", "template.config as template_config"])
      .where(afterCursor("settlement", window))
      .orderBy("settlement.created_at", "desc")
      .orderBy("settlement.id", "desc")
      .limit(window.limit + 1)
      .offset(skipped(window))
      .execute();
    const { total } = await own.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
    const { settlements, heads } = await loadSettlements(trx, rows.slice(0, window.limit));
    const context = { deployment: deps.deployment, caller, heads, secrets: new Map() };
    const items = settlements.map((loaded) => renderSettlement(loaded, context));
    return toPage(window, Number(total), rows, items);
  });
}
