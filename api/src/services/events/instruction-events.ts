import { showTime } from "../time.ts";
import type { EventName } from "./catalogue.ts";
import { eventId } from "./event-id.ts";
import type { NewEvent } from "./store-events.ts";

export interface InstructionFact {
  event: EventName & `instruction.${string}`;
  environmentId: string;
  instructionId: string;
  tradeReference: string;
  status: string;
  at: Date;
  settlementId?: string;
  /** What kept it from matching. */
  field?: string;
}

/** What an instruction's owner, and nobody else, is told of it. */
export function instructionEvent(fact: InstructionFact): NewEvent {
  return {
    environmentId: fact.environmentId,
    id: eventId(fact.event, { objectId: fact.instructionId }),
    event: fact.event,
    settlementId: fact.settlementId ?? null,
    data: {
      instruction_id: fact.instructionId,
      trade_reference: fact.tradeReference,
      status: fact.status,
      settlement_id: fact.settlementId ?? null,
      field: fact.field ?? null,
      timestamp: showTime(fact.at),
    },
    log: null,
  };
}
