import { getEvent } from "./events/get-event.ts";
import { listEvents } from "./events/list-events.ts";
import { cancelInstruction } from "./instructions/cancel-instruction.ts";
import { createInstruction } from "./instructions/create-instruction.ts";
import { getInstruction } from "./instructions/get-instruction.ts";
import { listInstructions } from "./instructions/list-instructions.ts";
import { getInstrument } from "./instruments/get-instrument.ts";
import { listInstruments } from "./instruments/list-instruments.ts";
import { getHealth } from "./open/get-health.ts";
import { getReadiness } from "./open/get-readiness.ts";
import { getStatus } from "./open/get-status.ts";
import { queryGraphql } from "./open/query-graphql.ts";
import type { Operation } from "./operation.ts";
import { getDepositInfo } from "./settlements/get-deposit-info.ts";
import { getSettlement } from "./settlements/get-settlement.ts";
import { listSettlementEvents } from "./settlements/list-settlement-events.ts";
import { listSettlements } from "./settlements/list-settlements.ts";
import { getTemplate } from "./templates/get-template.ts";
import { listTemplates } from "./templates/list-templates.ts";

/** Every operation, in the order of the OpenAPI document. */
export const operations: readonly Operation[] = [
  createInstruction,
  listInstructions,
  getInstruction,
  cancelInstruction,
  listSettlements,
  getSettlement,
  listSettlementEvents,
  getDepositInfo,
  listTemplates,
  getTemplate,
  listInstruments,
  getInstrument,
  listEvents,
  getEvent,
  getStatus,
  queryGraphql,
  getHealth,
  getReadiness,
];
