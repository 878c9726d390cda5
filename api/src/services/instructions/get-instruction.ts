import type { Store, StoreTransaction } from "@keystoneos/store";
import type { Caller } from "../../auth/caller.ts";
import { notFound } from "../../errors/api-error.ts";
import type { InstructionRead } from "../../schemas/instruction.ts";
import { isUuid } from "../../schemas/primitives.ts";
import { checkRestriction } from "../restriction.ts";
import { instructionColumns, instructionsOf, renderInstruction } from "./select-instruction.ts";

/** One instruction of the caller's environment. Throws ApiError 403, 404. */
export async function readInstruction(
  db: Store | StoreTransaction,
  caller: Caller,
  id: string,
): Promise<InstructionRead> {
  if (!isUuid(id)) throw notFound("Instruction");
  const row = await instructionsOf(db, caller.environmentId)
    .selectAll("instruction")
    .select(instructionColumns)
    .where("instruction.id", "=", id)
    .executeTakeFirst();
  if (row === undefined) throw notFound("Instruction");
  checkRestriction(caller, row.settlement_id);
  return renderInstruction(row);
}
