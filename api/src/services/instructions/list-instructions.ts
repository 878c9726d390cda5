import type { Row, Store } from "@keystoneos/store";
import { sql } from "kysely";
import type { Caller } from "../../auth/caller.ts";
import type { InstructionRead } from "../../schemas/instruction.ts";
import type { Page, PageInput } from "../../schemas/page.ts";
import { afterCursor, skipped } from "../newest-first.ts";
import { readWindow, toPage } from "../paging.ts";
import { effectiveStatus, instructionColumns, instructionsOf, renderInstruction } from "./select-instruction.ts";

export interface InstructionFilters extends PageInput {
  status?: Row<"instruction">["status"] | undefined;
  trade_reference?: string | undefined;
  idempotency_key?: string | undefined;
}

/** The environment's own instructions, newest first; of a session that is bound to settlements, those that made them. */
export async function listInstructions(
  db: Store,
  caller: Caller,
  filters: InstructionFilters,
): Promise<Page<InstructionRead>> {
  const window = readWindow(filters);
  const { status, trade_reference, idempotency_key } = filters;
  let own = instructionsOf(db, caller.environmentId);
  if (caller.settlementIds !== null) own = own.where("instruction.settlement_id", "in", caller.settlementIds);
  if (status !== undefined) own = own.where(sql<boolean>`${effectiveStatus} = ${status}`);
  if (trade_reference !== undefined) own = own.where("instruction.trade_reference", "=", trade_reference);
  if (idempotency_key !== undefined) own = own.where("instruction.idempotency_key", "=", idempotency_key);
  const rows = await own
    .selectAll("instruction")
    .select(instructionColumns)
    .where(afterCursor("instruction", window))
    .orderBy("instruction.created_at", "desc")
    .orderBy("instruction.id", "desc")
    .limit(window.limit + 1)
    .offset(skipped(window))
    .execute();
  const { total } = await own.select((eb) => eb.fn.countAll<bigint>().as("total")).executeTakeFirstOrThrow();
  return toPage(window, Number(total), rows, rows.map(renderInstruction));
}
