import type { Store, StoreTransaction } from "@keystoneos/store";
import { notFound } from "../../errors/api-error.ts";
import type { InstructionRead } from "../../schemas/instruction.ts";
import { isUuid } from "../../schemas/primitives.ts";
import { instructionColumns, instructionsOf, renderInstruction } from "./select-instruction.ts";

/** One instruction of the environment. Throws ApiError 404. */
export async function readInstruction(
  db: Store | StoreTransaction,
  environmentId: string,
  id: string,
): Promise<InstructionRead> {
  if (!isUuid(id)) throw notFound("Instruction");
  const row = await instructionsOf(db, environmentId)
    .selectAll("instruction")
    .select(instructionColumns)
    .where("instruction.id", "=", id)
    .executeTakeFirst();
  if (row === undefined) throw notFound("Instruction");
  return renderInstruction(row);
}
