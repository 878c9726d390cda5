import type { ApiPromise } from "../core/api-promise.ts";
import type { PagePromise } from "../core/page.ts";
import type { RequestOptions } from "../core/request-options.ts";
import { type WaitOptions, waitUntil } from "../core/wait.ts";
import { EndedElsewhereError } from "../errors/keystone-error.ts";
import * as op from "../generated/operations.ts";
import type { Instruction, InstructionCreate, InstructionStatus, ListInstructionsQuery } from "../generated/types.ts";
import { Namespace } from "./namespace.ts";

/** One side's word on a trade; two that agree become a settlement. */
export class Instructions extends Namespace {
  /** Matches at once when the other side's is there; else hand `tradeReference` to the other side. */
  submit(instruction: InstructionCreate, options?: RequestOptions): ApiPromise<Instruction> {
    return this.api.call(op.createInstruction, { body: instruction }, options);
  }

  list(filters?: ListInstructionsQuery, options?: RequestOptions): PagePromise<Instruction> {
    return this.api.list(op.listInstructions, { query: filters }, options);
  }

  get(id: string, options?: RequestOptions): ApiPromise<Instruction> {
    return this.api.call(op.getInstruction, { ids: [id] }, options);
  }

  /** Throws ConflictError unless the instruction still waits for its match. */
  cancel(id: string, options?: RequestOptions): ApiPromise<Instruction> {
    const look = async () => {
      const answered = await this.get(id, options).withResponse();
      return answered.data.status === "cancelled" ? answered : undefined;
    };
    return this.api.call(op.cancelInstruction, { ids: [id] }, options, { repeat: { status: 409, look } });
  }

  /**
   * Resolves with the instruction in this status.
   *
   * @throws EndedElsewhereError when it ended in another one, WaitTimeoutError.
   */
  waitFor(
    id: string,
    { status = "matched", ...options }: WaitOptions<Instruction> & { status?: InstructionStatus } = {},
  ): Promise<Instruction> {
    return waitUntil(
      {
        what: `instruction ${id} to be ${status}`,
        read: (signal) => this.get(id, { signal }),
        judge: async (instruction) => {
          if (instruction.status === status) return "reached";
          if (instruction.status === "pending_match") return "soon";
          throw new EndedElsewhereError(`Instruction ${id} is ${instruction.status}`, instruction);
        },
      },
      options,
    );
  }
}
