/** How a request of the collection differs from what the document alone gives, so that the collection works when it is run from top to bottom. */
export interface Step {
  /** Told from the operation's other requests by these words. */
  variant?: string;
  /** Body instead of the document's example. "{{#name}}" stands for a variable that is no string. */
  body?: unknown;
  /** Query parameters that are sent; the others are there, switched off. */
  query?: Record<string, string>;
  /** Variables that are set before, as expressions of the sandbox. */
  before?: Record<string, string>;
  /** Variables that are filled from the answer, as paths into its body. What is missing there leaves a variable as it is. */
  carry?: Record<string, string>;
  /** Error code of the 409 that says to ask again in a moment. */
  await?: string;
  /** Has no end of its own, so it is sent only where the variable `streams` is `on`. */
  endless?: boolean;
}

const IN_AN_HOUR = "new Date(Date.now() + 3_600_000).toISOString()";
const AN_HOUR_AGO = "new Date(Date.now() - 3_600_000).toISOString()";

const leg = (instrument: "asset" | "cash", direction: "deliver" | "receive") => ({
  instrument_id: `{{${instrument}_alias}}`,
  chain_id: "{{#chain_id}}",
  quantity: instrument === "asset" ? "100" : "5000",
  direction,
});
const seller = { external_reference: "seller-desk", wallet_address: "{{seller_wallet}}" };
const buyer = { external_reference: "buyer-desk", name: "Harbour Cash Desk", wallet_address: "{{buyer_wallet}}" };
const instruction = { template_slug: "{{template_slug}}", timeout_at: "{{timeout_at}}" };
const instructed = { instruction_id: "id", trade_reference: "trade_reference", settlement_id: "settlement_id" };
const confirmed = { reason: "Asked for by the platform", confirm: true };

/** Requests by the operation's name; what is not here is one request as the document has it. */
export const FLOW: Record<string, Step[]> = {
  createAllowedIp: [{ carry: { entry_id: "id" } }],
  createEnvironment: [
    {
      body: { name: "Collection", slug: "collection-{{$guid}}", auth0_client_id: "{{environment_client_id}}" },
      carry: { env_id: "id" },
    },
  ],
  createInstruction: [
    {
      variant: "as seller, without a name, so that screening asks for a decision",
      before: { timeout_at: IN_AN_HOUR },
      body: { ...instruction, role: "seller", party: seller, legs: [leg("asset", "deliver"), leg("cash", "receive")] },
      carry: instructed,
    },
    {
      variant: "as buyer, which matches",
      body: {
        ...instruction,
        role: "buyer",
        party: buyer,
        legs: [leg("asset", "receive"), leg("cash", "deliver")],
        trade_reference: "{{trade_reference}}",
      },
      carry: instructed,
    },
    {
      variant: "that waits for its other side",
      before: { timeout_at: IN_AN_HOUR },
      body: { ...instruction, role: "buyer", party: buyer, legs: [leg("asset", "receive"), leg("cash", "deliver")] },
      carry: instructed,
    },
  ],
  createInstrument: [
    {
      body: {
        alias: "{{$guid}}",
        alias_type: "custom",
        chain_id: "{{#chain_id}}",
        token_address: "{{token_address}}",
        token_standard: "{{token_standard}}",
        decimals: "{{#decimals}}",
      },
      carry: { instrument_id: "id" },
    },
  ],
  createInvitation: [
    {
      body: { email: "{{$guid}}@example.com", role_ids: ["{{role_id}}"], send_email: false },
      carry: { invitation_id: "id" },
    },
  ],
  createPlatform: [
    {
      body: { name: "Collection", slug: "collection-{{$guid}}", auth0_client_id: "{{platform_client_id}}" },
      carry: { platform_id: "id" },
    },
  ],
  createSession: [{ carry: { session_id: "id" } }],
  createSettlement: [
    {
      before: { timeout_at: IN_AN_HOUR },
      body: {
        ...instruction,
        parties: [
          { role: "seller", name: "Alpine Bond Desk", ...seller },
          { role: "buyer", ...buyer },
        ],
        legs: [
          { party_role: "seller", ...leg("asset", "deliver") },
          { party_role: "buyer", ...leg("cash", "deliver") },
        ],
      },
      carry: { settlement_id: "id", leg_index: "legs.0.leg_index" },
    },
  ],
  createWebhookEndpoint: [{ body: { url: "{{webhook_url}}" }, carry: { endpoint_id: "id" } }],
  decideCompliance: [{ await: "not_awaiting_compliance_decision" }],
  getDepositInfo: [{ await: "not_awaiting_deposits" }],
  getProvidersHealth: [{ carry: { provider_name: "providers.0.name" } }],
  inviteToPlatform: [{ body: { email: "{{$guid}}@example.com", send_email: false } }],
  listActivity: [{ carry: { log_id: "items.0.id" } }],
  listAdminEnvironments: [{ carry: { env_id: "items.0.id" } }],
  listComplianceChecks: [{ carry: { check_id: "items.0.id" } }],
  listEvents: [{ carry: { event_id: "items.0.id" } }],
  listInstruments: [
    {
      query: { alias: "{{asset_alias}}", chain_id: "{{chain_id}}" },
      carry: {
        token_address: "items.0.token_address",
        token_standard: "items.0.token_standard",
        decimals: "items.0.decimals",
      },
    },
  ],
  listRoles: [{ carry: { role_id: "items.0.id" } }],
  listSettlementTemplates: [{ carry: { template_id: "items.0.id" } }],
  overrideCompliance: [{ body: { decision: "approve", ...confirmed } }],
  recoverWebhooks: [{ before: { an_hour_ago: AN_HOUR_AGO }, body: { since: "{{an_hour_ago}}" } }],
  retrySettlement: [{ body: confirmed }],
  rollbackSettlement: [{ body: confirmed }],
  streamEnvironment: [{ endless: true }],
  streamSettlement: [{ endless: true }],
  testWebhookEndpoint: [{ carry: { delivery_id: "delivery_id" } }],
  transitionSettlement: [{ body: { target_state: "ROLLED_BACK", ...confirmed } }],
  triggerMaturity: [{ body: confirmed }],
  // The run goes on with the platform, so it is not suspended.
  updateAdminPlatform: [{ body: {} }],
  updateMember: [{ body: { role_ids: ["{{role_id}}"] } }],
};

/** Folders in the order in which each finds what it needs in the variables; the document's tags. */
export const FOLDERS = [
  "Templates",
  "Instruments",
  "Instructions",
  "Compliance",
  "Settlements",
  "Webhooks",
  "Events",
  "Environments",
  "Security",
  "Sessions",
  "Platform",
  "Members",
  "Invitations",
  "Activity",
  "Dashboard",
  "Chain data",
  "Operations",
  "Admin settlements",
  "Interventions",
  "Admin compliance",
  "Admin platforms",
  "Admin activity",
  "Admin providers",
  "Admin webhooks",
];

/** Within a folder these come first, in this order; then what creates, the rest as in the document, and at the end what deletes. */
export const FIRST = [
  "listInstruments",
  "createWebhookEndpoint",
  "testWebhookEndpoint",
  "listRoles",
  "retrySettlement",
  "overrideCompliance",
  "triggerMaturity",
  "transitionSettlement",
  "rollbackSettlement",
];
