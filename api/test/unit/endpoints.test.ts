import { readFileSync } from "node:fs";
import { expect } from "chai";

/** Every endpoint that the platform API promises, and nothing else: method and path, as integrators write them. */
const PROMISED = `
  POST /v1/instructions
  GET /v1/instructions
  GET /v1/instructions/{instruction_id}
  POST /v1/instructions/{instruction_id}/cancel
  POST /v1/settlements
  GET /v1/settlements
  GET /v1/settlements/{settlement_id}
  GET /v1/settlements/{settlement_id}/events
  POST /v1/settlements/{settlement_id}/compliance-decision
  GET /v1/compliance-checks
  GET /v1/settlements/{settlement_id}/legs/{leg_index}/deposit-info
  GET /v1/settlements/{settlement_id}/stream
  GET /v1/settlement-templates
  GET /v1/settlement-templates/{template_id}
  GET /v1/instruments
  POST /v1/instruments
  GET /v1/instruments/{instrument_id}
  DELETE /v1/instruments/{instrument_id}
  POST /v1/sessions
  DELETE /v1/sessions/{session_id}
  POST /v1/platforms/me/webhooks
  GET /v1/platforms/me/webhooks
  GET /v1/platforms/me/webhooks/{endpoint_id}
  PATCH /v1/platforms/me/webhooks/{endpoint_id}
  DELETE /v1/platforms/me/webhooks/{endpoint_id}
  GET /v1/platforms/me/webhooks/{endpoint_id}/deliveries
  POST /v1/platforms/me/webhooks/{endpoint_id}/rotate-secret
  POST /v1/platforms/me/webhooks/{endpoint_id}/test
  POST /v1/platforms/me/webhooks/{endpoint_id}/deliveries/{delivery_id}/redeliver
  POST /v1/platforms/me/webhooks/{endpoint_id}/recover
  GET /v1/events
  GET /v1/events/{event_id}
  GET /v1/stream
  POST /v1/platforms
  GET /v1/platforms/me
  PATCH /v1/platforms/me
  POST /v1/platforms/me/complete-onboarding
  POST /v1/platforms/me/environments
  GET /v1/platforms/me/environments
  GET /v1/platforms/me/environments/{env_id}
  PATCH /v1/platforms/me/environments/{env_id}
  DELETE /v1/platforms/me/environments/{env_id}
  POST /v1/platforms/me/environments/{env_id}/allowed-ips
  GET /v1/platforms/me/environments/{env_id}/allowed-ips
  DELETE /v1/platforms/me/environments/{env_id}/allowed-ips/{entry_id}
  GET /v1/platforms/me/members
  GET /v1/platforms/me/roles
  PATCH /v1/platforms/me/members/{user_id}
  DELETE /v1/platforms/me/members/{user_id}
  POST /v1/platforms/me/invitations
  GET /v1/platforms/me/invitations
  DELETE /v1/platforms/me/invitations/{invitation_id}
  POST /v1/platforms/{platform_id}/invitations
  GET /v1/activity
  GET /v1/activity/{log_id}
  GET /v1/dashboard/metrics
  GET /v1/status
  POST /graphql
  GET /v1/admin/settlements
  GET /v1/admin/settlements/stuck
  GET /v1/admin/settlements/pipeline
  GET /v1/admin/settlements/metrics
  GET /v1/admin/settlements/transitions
  GET /v1/admin/settlements/{settlement_id}
  GET /v1/admin/settlements/{settlement_id}/events
  POST /v1/admin/settlements/{settlement_id}/transition
  POST /v1/admin/settlements/{settlement_id}/rollback
  POST /v1/admin/settlements/{settlement_id}/retry
  POST /v1/admin/settlements/{settlement_id}/compliance-override
  POST /v1/admin/settlements/{settlement_id}/trigger-maturity
  GET /v1/admin/compliance-checks
  GET /v1/admin/compliance-checks/{check_id}
  GET /v1/admin/platforms
  GET /v1/admin/platforms/{platform_id}
  PATCH /v1/admin/platforms/{platform_id}
  GET /v1/admin/platforms/{platform_id}/environments
  GET /v1/admin/environments/{env_id}
  PATCH /v1/admin/environments/{env_id}
  GET /v1/admin/activity
  GET /v1/admin/providers/health
  GET /v1/admin/providers/{provider_name}/health
  GET /v1/admin/webhooks/endpoints
  GET /v1/admin/webhooks/deliveries
  GET /v1/admin/webhooks/deliveries/failed
`;

/** What operators and verifiers of session tokens ask. */
const OPERATIONS = `
  GET /.well-known/jwks.json
  GET /health
  GET /ready
`;

const listed = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => line.trim());

describe("the endpoints", () => {
  const { paths } = JSON.parse(readFileSync(new URL("../../openapi.json", import.meta.url), "utf8")) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const promised = [...listed(PROMISED), ...listed(OPERATIONS)];

  it("are listed once each", () => {
    expect(promised).to.have.length(new Set(promised).size);
  });

  it("are all in the OpenAPI document", () => {
    expect(promised.filter((endpoint) => !documented.includes(endpoint))).to.deep.equal([]);
  });

  it("are all that is in the OpenAPI document", () => {
    expect(documented.filter((endpoint) => !promised.includes(endpoint))).to.deep.equal([]);
  });
});
