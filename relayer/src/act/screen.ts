import { sql } from "kysely";
import type { Facts } from "../facts/types.ts";
import type { CheckName } from "../plan/actions.ts";
import type { Finding } from "../screening/provider.ts";
import { ask } from "./ask.ts";
import type { ActContext } from "./context.ts";

/** Makes checks, one after the other. One that was finished, decided or superseded meanwhile stays as it is. */
export async function screen(context: ActContext, facts: Facts, checks: readonly CheckName[]): Promise<void> {
  const parties = await context.db
    .selectFrom("keystone.party")
    .select(["id", "name", "wallet_address", "chain_id"])
    .where("settlement_id", "=", facts.settlementId)
    .execute();
  let failures = 0;
  for (const check of checks) {
    const party = parties.find((candidate) => candidate.id === check.partyId);
    if (party === undefined) continue;
    const found = await ask(context, check, party);
    await store(context, facts.settlementId, check, found);
    if (found === null) failures++;
  }
  if (failures > 0) throw new Error(`${failures} of ${checks.length} checks could not be made`);
}

async function store(
  { db, log }: ActContext,
  settlementId: string,
  { id, ...check }: CheckName,
  found: Finding | null,
): Promise<void> {
  const outcome =
    found === null
      ? ({ status: "error" } as const)
      : {
          status: found.status,
          reference_id: found.referenceId,
          risk_score: found.riskScore,
          matched_lists: found.matchedLists,
        };
  const { numUpdatedRows } = await db
    .updateTable("keystone.compliance_check")
    .set({ ...outcome, updated_at: sql<Date>`now()` })
    .where("id", "=", id)
    .where("status", "in", found === null ? ["pending"] : ["pending", "error"])
    .executeTakeFirst();
  if (numUpdatedRows > 0n) log.info({ settlementId, ...check, status: outcome.status }, "screened");
}
