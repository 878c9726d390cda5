import { sql } from "kysely";
import type { Actor } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { StuckSettlementRead } from "../../schemas/admin/settlement.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import { skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { loadSettlements } from "../settlements/load-settlements.ts";
import { CLOSING_INITIAL_STATE } from "../settlements/render-context.ts";
import { inSnapshot, shownState } from "../settlements/select-settlement.ts";
import { counterpartyName, namedColumns, namedSettlements, renderAdminSettlement } from "./find-any-settlement.ts";
import { hasParty, TERMINAL_STATES } from "./settlement-filters.ts";

export interface StuckFilters extends PageInput {
  stale_after_seconds?: number | undefined;
  platform_id?: string | undefined;
  state?: string | undefined;
}

const STALE_AFTER_SECONDS = 900;

/**
 * When anything happened last: the agreement, or a log of coordinator, escrow or messenger on any chain. The registry takes words from
 * anyone about anything, so those are no progress. A repo's closing has nothing to do before its maturity.
 */
const progressedAt = sql<Date>`greatest(settlement.created_at, progress.at,
  CASE WHEN ${shownState} = ${CLOSING_INITIAL_STATE} THEN to_timestamp((settlement.terms->>'notBefore')::bigint) END)`;

/** Settlements that are not at an end and are past their timeout or have stood still too long, the stalest first. */
export function listStuckSettlements(
  deps: Dependencies,
  caller: Actor,
  filters: StuckFilters,
): Promise<Page<StuckSettlementRead>> {
  const window = readWindow(filters);
  return inSnapshot(deps.db, async (trx) => {
    const { stale_after_seconds = STALE_AFTER_SECONDS, platform_id, state } = filters;
    let stuck = namedSettlements(trx, deps.deployment)
      .leftJoinLateral(
        (eb) =>
          eb
            .selectFrom("indexer.chain_event as event")
            .select(sql<Date | null>`to_timestamp(max(event.block_timestamp))`.as("at"))
            .whereRef("event.settlement_hash", "=", "settlement.settlement_hash")
            .where("event.contract", "<>", "registry")
            .as("progress"),
        (join) => join.onTrue(),
      )
      .where(shownState, "not in", TERMINAL_STATES)
      .where(
        sql<boolean>`(settlement.timeout_at <= now() OR ${progressedAt} <= now() - make_interval(secs => ${stale_after_seconds}))`,
      );
    if (platform_id !== undefined) stuck = stuck.where(hasParty("platform_id", "=", platform_id));
    if (state !== undefined) stuck = stuck.where(shownState, "=", state);
    const { after } = window;
    const rows = await stuck
      .selectAll("settlement")
      .select(namedColumns)
      .select(counterpartyName)
      .select([
        progressedAt.as("progressed_at"),
        sql<boolean>`settlement.timeout_at <= now()`.as("timed_out"),
        sql<number>`greatest(0, floor(extract(epoch FROM now() - ${progressedAt})))::float8`.as("stale_seconds"),
      ])
      .where(
        after === null
          ? sql<boolean>`true`
          : sql<boolean>`(${progressedAt}, settlement.id) > (${after.createdAt}::timestamptz, ${after.id}::uuid)`,
      )
      .orderBy(progressedAt)
      .orderBy("settlement.id")
      .limit(window.limit + 1)
      .offset(skipped(window))
      .execute();
    const { total } = await stuck.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
    const shown = rows.slice(0, window.limit);
    const { settlements, heads } = await loadSettlements(trx, shown);
    const items = settlements.map((loaded, index): StuckSettlementRead => {
      const row = shown[index] as (typeof shown)[number];
      return {
        ...renderAdminSettlement(deps, caller, row, loaded, heads),
        stuck_reason: row.timed_out ? "timeout_passed" : "no_progress",
        stale_seconds: row.stale_seconds,
      };
    });
    // Its cursor is the last one's progress, which is what the list is ordered by.
    const places = rows.map(({ id, progressed_at }) => ({ id, created_at: progressed_at }));
    return toPage(window, Number(total), places, items);
  });
}
