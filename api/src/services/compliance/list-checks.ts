import type { Row, StoreTransaction } from "@keystoneos/store";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { ComplianceCheckRead } from "../../schemas/compliance.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { readAttestations } from "../settlements/chain-facts.ts";
import { inSnapshot } from "../settlements/select-settlement.ts";
import { newestStatements, readSigned } from "../settlements/statements.ts";
import { afterPlace, readQueueWindow, toQueuePage } from "./decision-queue.ts";
import { renderCheck } from "./render-check.ts";
import { checksOf, isEnded } from "./select-checks.ts";

export interface CheckFilters extends PageInput {
  settlement_id?: string | undefined;
  status?: Row<"compliance_check">["status"] | undefined;
  check_type?: Row<"compliance_check">["check_type"] | undefined;
  provider?: string | undefined;
}

export type CheckRow = Row<"compliance_check"> &
  Pick<Row<"party">, "position"> &
  Pick<Row<"settlement">, "settlement_hash" | "terms">;

/** Checks of own parties, newest first; with status flagged those that wait for a decision, the oldest first, before the others. */
export function listChecks(
  deps: Dependencies,
  caller: Caller,
  filters: CheckFilters,
): Promise<Page<ComplianceCheckRead>> {
  const inQueue = filters.status === "flagged";
  const [queue, window] = inQueue ? [readQueueWindow(filters), null] : [null, readWindow(filters)];
  return inSnapshot(deps.db, async (trx) => {
    let own = checksOf(trx, deps.deployment, caller.environmentId);
    const { settlement_id, status, check_type, provider } = filters;
    if (settlement_id !== undefined) own = own.where("check.settlement_id", "=", settlement_id);
    if (status !== undefined) own = own.where("check.status", "=", status);
    if (check_type !== undefined) own = own.where("check.check_type", "=", check_type);
    if (provider !== undefined) own = own.where("check.provider", "=", provider);
    const { total } = await own.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
    const parts = own
      .selectAll("check")
      .select(["party.position", "settlement.settlement_hash", "settlement.terms", isEnded.as("ended")]);
    if (queue !== null) {
      const rows = await parts
        .where(afterPlace(queue))
        .orderBy(isEnded)
        .orderBy("check.created_at")
        .orderBy("check.id")
        .limit(queue.limit + 1)
        .offset(queue.after === null ? queue.offset : 0)
        .execute();
      return toQueuePage(queue, Number(total), rows, await renderChecks(trx, caller, rows));
    }
    const rows = await parts
      .where(afterCursor("check", window))
      .orderBy("check.created_at", "desc")
      .orderBy("check.id", "desc")
      .limit(window.limit + 1)
      .offset(skipped(window))
      .execute();
    return toPage(window, Number(total), rows, await renderChecks(trx, caller, rows));
  });
}

/** Each with the newest statement on chain that says it. */
export async function renderChecks(
  trx: StoreTransaction,
  caller: Pick<Caller, "kind" | "rights">,
  rows: CheckRow[],
): Promise<ComplianceCheckRead[]> {
  if (rows.length === 0) return [];
  const hashes = [...new Set(rows.map((row) => row.settlement_hash))];
  const attesters = [...new Set(rows.flatMap((row) => row.terms.attesters))];
  const attestations = await readAttestations(trx, hashes, attesters);
  const signed = await readSigned(trx, rows);
  return rows.map((row) => {
    // Anyone may write to the registry about anything: of each settlement the attesters that its terms name count.
    const named = new Set(row.terms.attesters.map((attester) => attester.toLowerCase()));
    const said = attestations.filter(
      (one) => one.settlement_hash === row.settlement_hash && named.has(one.attester.toLowerCase()),
    );
    const statements = newestStatements(said, row.terms.parties, signed.get(row.settlement_id));
    return renderCheck(row, row.position, statements, caller);
  });
}
