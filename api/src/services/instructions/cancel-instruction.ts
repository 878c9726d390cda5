import { transaction } from "@keystoneos/store";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { ApiError } from "../../errors/api-error.ts";
import type { InstructionRead } from "../../schemas/instruction.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { instructionEvent } from "../events/instruction-events.ts";
import { storeEvents } from "../events/store-events.ts";
import { lockReference } from "../matching/lock-reference.ts";
import { readInstruction } from "./get-instruction.ts";

/**
 * Takes back an instruction that has not matched. Takes the same lock as matching does, so that one of the two wins.
 * Throws ApiError 404, 409 instruction_not_cancellable.
 */
export async function cancelInstruction(
  deps: Dependencies,
  caller: Caller,
  id: string,
  facts: RequestFacts,
): Promise<InstructionRead> {
  return transaction(deps.db, async (trx) => {
    const seen = await readInstruction(trx, caller, id);
    const now = await lockReference(trx, seen.trade_reference);
    const { numUpdatedRows } = await trx
      .updateTable("keystone.instruction")
      .set({ status: "cancelled", updated_at: now })
      .where("id", "=", seen.id)
      .where("status", "=", "pending_match")
      .where("expires_at", ">", now)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) throw new ApiError("instruction_not_cancellable", "Instruction is not cancellable");
    await recordActivity(trx, [
      callersActivity(caller, facts, {
        type: "instruction.cancelled",
        category: "instruction",
        description: "Instruction cancelled",
        resourceType: "instruction",
        resourceId: seen.id,
        statusCode: 200,
      }),
    ]);
    await storeEvents(trx, [
      instructionEvent({
        event: "instruction.cancelled",
        environmentId: caller.environmentId,
        instructionId: seen.id,
        tradeReference: seen.trade_reference,
        status: "cancelled",
        at: now,
      }),
    ]);
    return readInstruction(trx, caller, id);
  });
}
