import type { ApiPromise, KeystoneClient, PagePromise, RequestOptions } from "../../src/index.ts";

/** A call by what it is about; ids in the order of the path. */
interface CallInput {
  ids: string[];
  body: Record<string, unknown> | undefined;
  query: Record<string, unknown> | undefined;
  options: RequestOptions | undefined;
}

type Call = (client: KeystoneClient, input: CallInput) => ApiPromise<unknown> | PagePromise<unknown> | Promise<unknown>;

// biome-ignore lint/suspicious/noExplicitAny: what a test sends is data.
type Any = any;

/** The method of each operation of the API's document. */
export const CALLS: Readonly<Record<string, Call>> = {
  createInstruction: (c, { body, options }) => c.instructions.submit(body as Any, options),
  listInstructions: (c, { query, options }) => c.instructions.list(query, options),
  getInstruction: (c, { ids: [id], options }) => c.instructions.get(id as string, options),
  cancelInstruction: (c, { ids: [id], options }) => c.instructions.cancel(id as string, options),
  createSettlement: (c, { body, options }) => c.settlements.create(body as Any, options),
  listSettlements: (c, { query, options }) => c.settlements.list(query, options),
  getSettlement: (c, { ids: [id], options }) => c.settlements.get(id as string, options),
  listSettlementEvents: (c, { ids: [id], query, options }) => c.settlements.listEvents(id as string, query, options),
  decideCompliance: (c, { ids: [id], body, options }) =>
    c.settlements.submitComplianceDecision(id as string, body as Any, options),
  listComplianceChecks: (c, { query, options }) => c.compliance.listChecks(query, options),
  getDepositInfo: (c, { ids: [id, leg], query, options }) =>
    c.settlements.depositInfo(id as string, leg as Any, query, options),
  streamSettlement: (c, { ids: [id], query }) => first(c.settlements.stream(id as string, query)),
  listSettlementTemplates: (c, { query, options }) => c.templates.list(query, options),
  getSettlementTemplate: (c, { ids: [id], options }) => c.templates.get(id as string, options),
  listInstruments: (c, { query, options }) => c.instruments.list(query, options),
  createInstrument: (c, { body, options }) => c.instruments.create(body as Any, options),
  getInstrument: (c, { ids: [id], options }) => c.instruments.get(id as string, options),
  deleteInstrument: (c, { ids: [id], options }) => c.instruments.delete(id as string, options),
  createSession: (c, { body, options }) => c.sessions.create(body as Any, options),
  revokeSession: (c, { ids: [id], options }) => c.sessions.revoke(id as string, options),
  createPlatform: (c, { body, options }) => c.platforms.register(body as Any, options),
  getPlatform: (c, { options }) => c.platforms.me(options),
  updatePlatform: (c, { body, options }) => c.platforms.update(body as Any, options),
  completeOnboarding: (c, { options }) => c.platforms.completeOnboarding(options),
  createEnvironment: (c, { body, options }) => c.environments.create(body as Any, options),
  listEnvironments: (c, { query, options }) => c.environments.list(query, options),
  getEnvironment: (c, { ids: [id], options }) => c.environments.get(id as string, options),
  updateEnvironment: (c, { ids: [id], body, options }) => c.environments.update(id as string, body as Any, options),
  deactivateEnvironment: (c, { ids: [id], options }) => c.environments.deactivate(id as string, options),
  createAllowedIp: (c, { ids: [id], body, options }) =>
    c.environments.allowedIps.add(id as string, body as Any, options),
  listAllowedIps: (c, { ids: [id], query, options }) => c.environments.allowedIps.list(id as string, query, options),
  deleteAllowedIp: (c, { ids: [id, entry], options }) =>
    c.environments.allowedIps.remove(id as string, entry as string, options),
  listMembers: (c, { query, options }) => c.members.list(query, options),
  listRoles: (c, { query, options }) => c.members.roles(query, options),
  updateMember: (c, { ids: [id], body, options }) => c.members.updateRoles(id as string, body?.roleIds as Any, options),
  removeMember: (c, { ids: [id], options }) => c.members.remove(id as string, options),
  createInvitation: (c, { body, options }) => c.invitations.create(body as Any, options),
  listInvitations: (c, { query, options }) => c.invitations.list(query, options),
  withdrawInvitation: (c, { ids: [id], options }) => c.invitations.cancel(id as string, options),
  inviteToPlatform: (c, { ids: [id], body, options }) =>
    c.admin.platforms.createInvitation(id as string, body as Any, options),
  listActivity: (c, { query, options }) => c.activity.list(query, options),
  getActivity: (c, { ids: [id], options }) => c.activity.get(id as string, options),
  createWebhookEndpoint: (c, { body, options }) => c.webhooks.create(body as Any, options),
  listWebhookEndpoints: (c, { query, options }) => c.webhooks.list(query, options),
  getWebhookEndpoint: (c, { ids: [id], options }) => c.webhooks.get(id as string, options),
  updateWebhookEndpoint: (c, { ids: [id], body, options }) => c.webhooks.update(id as string, body as Any, options),
  deleteWebhookEndpoint: (c, { ids: [id], options }) => c.webhooks.delete(id as string, options),
  listWebhookDeliveries: (c, { ids: [id], query, options }) => c.webhooks.listDeliveries(id as string, query, options),
  rotateWebhookSecret: (c, { ids: [id], options }) => c.webhooks.rotateSecret(id as string, options),
  testWebhookEndpoint: (c, { ids: [id], body, options }) => c.webhooks.test(id as string, body as Any, options),
  redeliverWebhook: (c, { ids: [id, delivery], options }) =>
    c.webhooks.redeliver(id as string, delivery as string, options),
  recoverWebhooks: (c, { ids: [id], body: { onlyFailed, ...selection } = {}, options }) =>
    c.webhooks.recover(id as string, selection as Any, { onlyFailed } as Any, options),
  listEvents: (c, { query, options }) => c.events.list(query, options),
  getEvent: (c, { ids: [id], options }) => c.events.get(id as string, options),
  streamEnvironment: (c, { query }) => first(c.events.stream(query)),
  getDashboardMetrics: (c, { options }) => c.dashboard.metrics(options),
  getStatus: (c, { options }) => c.status.get(options),
  queryGraphql: (c, { body, options }) => c.graphql(body?.query as string, body?.variables as Any, options),
  listAdminSettlements: (c, { query, options }) => c.admin.settlements.list(query, options),
  listStuckSettlements: (c, { query, options }) => c.admin.settlements.stuck(query, options),
  getPipeline: (c, { options }) => c.admin.settlements.pipeline(options),
  getSettlementMetrics: (c, { query, options }) => c.admin.settlements.metrics(query, options),
  getSettlementTransitions: (c, { query, options }) => c.admin.settlements.transitions(query, options),
  getAdminSettlement: (c, { ids: [id], options }) => c.admin.settlements.get(id as string, options),
  listAdminSettlementEvents: (c, { ids: [id], query, options }) =>
    c.admin.settlements.listEvents(id as string, query, options),
  transitionSettlement: (c, { ids: [id], body, options }) =>
    c.admin.settlements.transition(id as string, body as Any, options),
  rollbackSettlement: (c, { ids: [id], body, options }) =>
    c.admin.settlements.rollback(id as string, body as Any, options),
  retrySettlement: (c, { ids: [id], body, options }) => c.admin.settlements.retry(id as string, body as Any, options),
  overrideCompliance: (c, { ids: [id], body, options }) =>
    c.admin.settlements.complianceOverride(id as string, body as Any, options),
  triggerMaturity: (c, { ids: [id], body, options }) =>
    c.admin.settlements.triggerMaturity(id as string, body as Any, options),
  listAdminComplianceChecks: (c, { query, options }) => c.admin.complianceChecks.list(query, options),
  getAdminComplianceCheck: (c, { ids: [id], options }) => c.admin.complianceChecks.get(id as string, options),
  listPlatforms: (c, { query, options }) => c.admin.platforms.list(query, options),
  getAdminPlatform: (c, { ids: [id], options }) => c.admin.platforms.get(id as string, options),
  updateAdminPlatform: (c, { ids: [id], body, options }) =>
    c.admin.platforms.update(id as string, body as Any, options),
  listAdminEnvironments: (c, { ids: [id], query, options }) =>
    c.admin.platforms.listEnvironments(id as string, query, options),
  getAdminEnvironment: (c, { ids: [id], options }) => c.admin.environments.get(id as string, options),
  updateAdminEnvironment: (c, { ids: [id], body, options }) =>
    c.admin.environments.update(id as string, body as Any, options),
  listAdminActivity: (c, { query, options }) => c.admin.activity.list(query, options),
  getProvidersHealth: (c, { options }) => c.admin.providers.health(options),
  getProviderHealth: (c, { ids: [name], options }) => c.admin.providers.get(name as string, options),
  listAdminWebhookEndpoints: (c, { query, options }) => c.admin.webhooks.listEndpoints(query, options),
  listAdminWebhookDeliveries: (c, { query, options }) => c.admin.webhooks.listDeliveries(query, options),
  listFailedWebhookDeliveries: (c, { query, options }) => c.admin.webhooks.listFailedDeliveries(query, options),
};

async function first(stream: AsyncIterable<unknown>): Promise<unknown> {
  for await (const event of stream) return event;
  return undefined;
}
