import { createAllowedIp } from "./allowed-ips/create-allowed-ip.ts";
import { deleteAllowedIp } from "./allowed-ips/delete-allowed-ip.ts";
import { listAllowedIps } from "./allowed-ips/list-allowed-ips.ts";
import { getEvent } from "./events/get-event.ts";
import { listEvents } from "./events/list-events.ts";
import { cancelInstruction } from "./instructions/cancel-instruction.ts";
import { createInstruction } from "./instructions/create-instruction.ts";
import { getInstruction } from "./instructions/get-instruction.ts";
import { listInstructions } from "./instructions/list-instructions.ts";
import { getInstrument } from "./instruments/get-instrument.ts";
import { listInstruments } from "./instruments/list-instruments.ts";
import { getHealth } from "./open/get-health.ts";
import { getJwks } from "./open/get-jwks.ts";
import { getReadiness } from "./open/get-readiness.ts";
import { getStatus } from "./open/get-status.ts";
import { queryGraphql } from "./open/query-graphql.ts";
import type { Operation } from "./operation.ts";
import { createSession } from "./sessions/create-session.ts";
import { revokeSession } from "./sessions/revoke-session.ts";
import { getDepositInfo } from "./settlements/get-deposit-info.ts";
import { getSettlement } from "./settlements/get-settlement.ts";
import { listSettlementEvents } from "./settlements/list-settlement-events.ts";
import { listSettlements } from "./settlements/list-settlements.ts";
import { streamEnvironment } from "./streams/stream-environment.ts";
import { streamSettlement } from "./streams/stream-settlement.ts";
import { getTemplate } from "./templates/get-template.ts";
import { listTemplates } from "./templates/list-templates.ts";
import { createEndpoint } from "./webhooks/create-endpoint.ts";
import { deleteEndpoint } from "./webhooks/delete-endpoint.ts";
import { getEndpoint } from "./webhooks/get-endpoint.ts";
import { listDeliveries } from "./webhooks/list-deliveries.ts";
import { listEndpoints } from "./webhooks/list-endpoints.ts";
import { recover } from "./webhooks/recover.ts";
import { redeliver } from "./webhooks/redeliver.ts";
import { rotateSecret } from "./webhooks/rotate-secret.ts";
import { testEndpoint } from "./webhooks/test-endpoint.ts";
import { updateEndpoint } from "./webhooks/update-endpoint.ts";

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
  streamSettlement,
  listTemplates,
  getTemplate,
  listInstruments,
  getInstrument,
  createSession,
  revokeSession,
  createAllowedIp,
  listAllowedIps,
  deleteAllowedIp,
  createEndpoint,
  listEndpoints,
  getEndpoint,
  updateEndpoint,
  deleteEndpoint,
  listDeliveries,
  rotateSecret,
  testEndpoint,
  redeliver,
  recover,
  listEvents,
  getEvent,
  streamEnvironment,
  getStatus,
  getJwks,
  queryGraphql,
  getHealth,
  getReadiness,
];
