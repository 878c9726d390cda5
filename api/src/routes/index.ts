import { getActivity } from "./activity/get-activity.ts";
import { listActivity } from "./activity/list-activity.ts";
import { getAdminComplianceCheck } from "./admin/get-compliance-check.ts";
import { getAdminEnvironment } from "./admin/get-environment.ts";
import { getPipeline } from "./admin/get-pipeline.ts";
import { getAdminPlatform } from "./admin/get-platform.ts";
import { getProviderHealth } from "./admin/get-provider-health.ts";
import { getProvidersHealth } from "./admin/get-providers-health.ts";
import { getAdminSettlement } from "./admin/get-settlement.ts";
import { getSettlementMetrics } from "./admin/get-settlement-metrics.ts";
import { getSettlementTransitions } from "./admin/get-settlement-transitions.ts";
import { listAdminActivity } from "./admin/list-activity.ts";
import { listAdminComplianceChecks } from "./admin/list-compliance-checks.ts";
import { listAdminEnvironments } from "./admin/list-environments.ts";
import { listPlatforms } from "./admin/list-platforms.ts";
import { listAdminSettlementEvents } from "./admin/list-settlement-events.ts";
import { listAdminSettlements } from "./admin/list-settlements.ts";
import { listStuckSettlements } from "./admin/list-stuck-settlements.ts";
import { listAdminWebhookDeliveries, listFailedWebhookDeliveries } from "./admin/list-webhook-deliveries.ts";
import { listAdminWebhookEndpoints } from "./admin/list-webhook-endpoints.ts";
import { overrideCompliance } from "./admin/override-compliance.ts";
import { retrySettlement } from "./admin/retry-settlement.ts";
import { rollbackSettlement } from "./admin/rollback-settlement.ts";
import { transitionSettlement } from "./admin/transition-settlement.ts";
import { triggerMaturity } from "./admin/trigger-maturity.ts";
import { updateAdminEnvironment } from "./admin/update-environment.ts";
import { updateAdminPlatform } from "./admin/update-platform.ts";
import { createAllowedIp } from "./allowed-ips/create-allowed-ip.ts";
import { deleteAllowedIp } from "./allowed-ips/delete-allowed-ip.ts";
import { listAllowedIps } from "./allowed-ips/list-allowed-ips.ts";
import { decideCompliance } from "./compliance/decide-compliance.ts";
import { listComplianceChecks } from "./compliance/list-compliance-checks.ts";
import { getMetrics } from "./dashboard/get-metrics.ts";
import { createEnvironment } from "./environments/create-environment.ts";
import { deactivateEnvironment } from "./environments/deactivate-environment.ts";
import { getEnvironment } from "./environments/get-environment.ts";
import { listEnvironments } from "./environments/list-environments.ts";
import { updateEnvironment } from "./environments/update-environment.ts";
import { getEvent } from "./events/get-event.ts";
import { listEvents } from "./events/list-events.ts";
import { cancelInstruction } from "./instructions/cancel-instruction.ts";
import { createInstruction } from "./instructions/create-instruction.ts";
import { getInstruction } from "./instructions/get-instruction.ts";
import { listInstructions } from "./instructions/list-instructions.ts";
import { createInstrument } from "./instruments/create-instrument.ts";
import { deleteInstrument } from "./instruments/delete-instrument.ts";
import { getInstrument } from "./instruments/get-instrument.ts";
import { listInstruments } from "./instruments/list-instruments.ts";
import { createInvitation } from "./invitations/create-invitation.ts";
import { inviteToPlatform } from "./invitations/invite-to-platform.ts";
import { listInvitations } from "./invitations/list-invitations.ts";
import { withdrawInvitation } from "./invitations/withdraw-invitation.ts";
import { listMembers } from "./members/list-members.ts";
import { listRoles } from "./members/list-roles.ts";
import { removeMember } from "./members/remove-member.ts";
import { updateMember } from "./members/update-member.ts";
import { getHealth } from "./open/get-health.ts";
import { getJwks } from "./open/get-jwks.ts";
import { getReadiness } from "./open/get-readiness.ts";
import { getStatus } from "./open/get-status.ts";
import { queryGraphql } from "./open/query-graphql.ts";
import type { Operation } from "./operation.ts";
import { completeOnboarding } from "./platforms/complete-onboarding.ts";
import { createPlatform } from "./platforms/create-platform.ts";
import { getPlatform } from "./platforms/get-platform.ts";
import { updatePlatform } from "./platforms/update-platform.ts";
import { createSession } from "./sessions/create-session.ts";
import { revokeSession } from "./sessions/revoke-session.ts";
import { createSettlement } from "./settlements/create-settlement.ts";
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
  createSettlement,
  listSettlements,
  getSettlement,
  listSettlementEvents,
  decideCompliance,
  listComplianceChecks,
  getDepositInfo,
  streamSettlement,
  listTemplates,
  getTemplate,
  listInstruments,
  createInstrument,
  getInstrument,
  deleteInstrument,
  createSession,
  revokeSession,
  createPlatform,
  getPlatform,
  updatePlatform,
  completeOnboarding,
  createEnvironment,
  listEnvironments,
  getEnvironment,
  updateEnvironment,
  deactivateEnvironment,
  createAllowedIp,
  listAllowedIps,
  deleteAllowedIp,
  listMembers,
  listRoles,
  updateMember,
  removeMember,
  createInvitation,
  listInvitations,
  withdrawInvitation,
  // After those of `me`, which is no id.
  inviteToPlatform,
  listActivity,
  getActivity,
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
  getMetrics,
  listAdminSettlements,
  listStuckSettlements,
  getPipeline,
  getSettlementMetrics,
  getSettlementTransitions,
  getAdminSettlement,
  listAdminSettlementEvents,
  transitionSettlement,
  rollbackSettlement,
  retrySettlement,
  overrideCompliance,
  triggerMaturity,
  listAdminComplianceChecks,
  getAdminComplianceCheck,
  listPlatforms,
  getAdminPlatform,
  updateAdminPlatform,
  listAdminEnvironments,
  getAdminEnvironment,
  updateAdminEnvironment,
  listAdminActivity,
  getProvidersHealth,
  getProviderHealth,
  listAdminWebhookEndpoints,
  listAdminWebhookDeliveries,
  listFailedWebhookDeliveries,
  streamEnvironment,
  getStatus,
  getJwks,
  queryGraphql,
  getHealth,
  getReadiness,
];
