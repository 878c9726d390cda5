import { z } from "@hono/zod-openapi";
import { EVENT_NAMES } from "../services/events/catalogue.ts";
import { instructionStatus, legStatus, settlementState, settlementType } from "./enums.ts";
import { pageOf } from "./page.ts";
import { bytes32, hex, time, uuid } from "./primitives.ts";
import { ChainFact } from "./settlement-event.ts";

export const eventName = z.enum(EVENT_NAMES).openapi("EventName");

const test = z.literal(true).optional().openapi({ description: "Only in the sample that a test call sends." });

const SettlementEventData = z
  .strictObject({
    settlement_id: uuid,
    settlement_hash: bytes32,
    state: settlementState,
    to_state: settlementState.openapi({ description: "The same as `state`." }),
    previous_state: settlementState.optional().openapi({ description: "Of a state event that has one." }),
    settlement_type: settlementType,
    sequence: z.int().min(1).openapi({ example: 2 }).openapi({
      description:
        "Counts all events of the settlement. A state event below one that was handled already is out of date.",
    }),
    timestamp: time.openapi({ description: "When it happened: the block's time, or the platform's." }),
    trade_reference: z.string().openapi({ example: "KS-2026-0001" }).nullable(),
    external_reference: z
      .string()
      .openapi({ example: "desk-1" })
      .nullable()
      .openapi({ description: "The receiver's own." }),
    check_ids: z
      .array(uuid)
      .optional()
      .openapi({ description: "Of a compliance event: checks of the receiver's parties." }),
    leg: z
      .strictObject({
        leg_index: z.int().min(0),
        status: legStatus,
        chain_id: z.int().openapi({ example: 11155111 }),
        claimable_reason: hex.nullable(),
      })
      .optional()
      .openapi({ description: "Of a leg's event." }),
    parent_settlement_id: uuid.optional().openapi({ description: "Of a repo event: the opening." }),
    chain: ChainFact.optional().openapi({ description: "Where a chain says so." }),
    test,
  })
  .openapi("SettlementEventData");

const InstructionEventData = z
  .strictObject({
    instruction_id: uuid,
    trade_reference: z.string().openapi({ example: "KS-2026-0001" }),
    status: instructionStatus,
    settlement_id: uuid.nullable(),
    field: z
      .string()
      .openapi({ example: "quantity" })
      .nullable()
      .openapi({ description: "What kept it from matching." }),
    timestamp: time,
    test,
  })
  .openapi("InstructionEventData");

const PingData = z.strictObject({ test: z.literal(true), timestamp: time }).openapi("PingData");

export const Event = z
  .strictObject({
    id: z.string().openapi({
      pattern: "^evt_[0-9a-f]{32}$",
      example: `evt_${"4f0c".repeat(8)}`,
      description: "The same on every retry, redelivery and after a rebuilt index: know what was handled by it.",
    }),
    event: eventName,
    data: z.union([SettlementEventData, InstructionEventData, PingData]),
    created_at: time,
  })
  .openapi("Event");

export const EventPage = pageOf("Event", Event);

export type Event = z.output<typeof Event>;
