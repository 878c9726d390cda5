import type { Store, StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Actor } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import { notFound } from "../../errors/api-error.ts";
import type { AdminComplianceCheckRead } from "../../schemas/admin/compliance-check.ts";
import type { Page } from "../../schemas/page.ts";
import { isUuid, showAddress } from "../../schemas/primitives.ts";
import { type CheckFilters, type CheckRow, renderChecks } from "../compliance/list-checks.ts";
import { allChecks } from "../compliance/select-checks.ts";
import { asPart } from "../like.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { inSnapshot, shownState } from "../settlements/select-settlement.ts";

export interface AdminCheckFilters extends CheckFilters {
  platform_id?: string | undefined;
  /** A party's id, part of its name, or its external reference. */
  participant?: string | undefined;
}

/** Everybody's checks of the present rounds, newest first. */
export function listAdminChecks(
  deps: Dependencies,
  caller: Actor,
  filters: AdminCheckFilters,
): Promise<Page<AdminComplianceCheckRead>> {
  const window = readWindow(filters);
  return inSnapshot(deps.db, async (trx) => {
    let all = checksWithParties(trx, deps);
    const { settlement_id, status, check_type, provider, platform_id, participant } = filters;
    if (settlement_id !== undefined) all = all.where("check.settlement_id", "=", settlement_id);
    if (status !== undefined) all = all.where("check.status", "=", status);
    if (check_type !== undefined) all = all.where("check.check_type", "=", check_type);
    if (provider !== undefined) all = all.where("check.provider", "=", provider);
    if (platform_id !== undefined) all = all.where("party.platform_id", "=", platform_id);
    if (participant !== undefined) {
      all = all.where((eb) =>
        eb.or([
          eb("party.name", "ilike", asPart(participant)),
          eb("party.external_reference", "=", participant),
          ...(isUuid(participant) ? [eb("party.id", "=", participant)] : []),
        ]),
      );
    }
    const { total } = await all.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
    const rows = await selected(all)
      .where(afterCursor("check", window))
      .orderBy("check.created_at", "desc")
      .orderBy("check.id", "desc")
      .limit(window.limit + 1)
      .offset(skipped(window))
      .execute();
    return toPage(window, Number(total), rows, await renderAdminChecks(trx, caller, rows));
  });
}

/** Any check of a present round. Throws ApiError 404. */
export function getAdminCheck(deps: Dependencies, caller: Actor, id: string): Promise<AdminComplianceCheckRead> {
  return inSnapshot(deps.db, async (trx) => {
    if (!isUuid(id)) throw notFound("Compliance check");
    const rows = await selected(checksWithParties(trx, deps)).where("check.id", "=", id).execute();
    const [check] = await renderAdminChecks(trx, caller, rows);
    if (check === undefined) throw notFound("Compliance check");
    return check;
  });
}

function checksWithParties(db: Store | StoreTransaction, { deployment }: Dependencies) {
  return allChecks(db, deployment).innerJoin("keystone.template as template", "template.id", "settlement.template_id");
}

function selected(checks: ReturnType<typeof checksWithParties>) {
  return checks
    .selectAll("check")
    .select(["party.position", "settlement.settlement_hash", "settlement.terms"])
    .select(["party.role", "party.name", "party.external_reference", "party.wallet_address", "party.chain_id"])
    .select(["party.platform_id", "party.environment_id", sql<string>`${shownState}`.as("settlement_state")]);
}

type AdminCheckRow = Awaited<ReturnType<ReturnType<typeof selected>["execute"]>>[number];

async function renderAdminChecks(
  trx: StoreTransaction,
  caller: Actor,
  rows: AdminCheckRow[],
): Promise<AdminComplianceCheckRead[]> {
  const checks = await renderChecks(trx, caller, rows satisfies CheckRow[]);
  return checks.map((check, index) => {
    const row = rows[index] as AdminCheckRow;
    return {
      ...check,
      party: { role: row.role, name: row.name, external_reference: row.external_reference },
      wallet_address: showAddress(row.wallet_address),
      chain_id: row.chain_id === null ? null : Number(row.chain_id),
      settlement_state: row.settlement_state as AdminComplianceCheckRead["settlement_state"],
      platform_id: row.platform_id,
      environment_id: row.environment_id,
    };
  });
}
