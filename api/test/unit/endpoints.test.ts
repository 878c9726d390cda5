import { readFileSync } from "node:fs";
import { expect } from "chai";

/**
 * As agreed: every endpoint, and who may call it with which rights. M a machine, U a user, S a session, A an operator of KeyStone; of
 * rights joined by "or" one suffices.
 */
const AGREED = `
POST /v1/instructions | M U S: instructions:write
GET /v1/instructions | M U S: instructions:read
GET /v1/instructions/{instruction_id} | M U S: instructions:read
POST /v1/instructions/{instruction_id}/cancel | M U S: instructions:write
POST /v1/settlements | M U: settlements:write
GET /v1/settlements | M U S: settlements:read
GET /v1/settlements/{settlement_id} | M U S: settlements:read
GET /v1/settlements/{settlement_id}/events | M U S: settlements:read
POST /v1/settlements/{settlement_id}/compliance-decision | M: settlements:write; U: compliance:decide
GET /v1/compliance-checks | M U: settlements:read
GET /v1/settlements/{settlement_id}/legs/{leg_index}/deposit-info | M U S: settlements:write
GET /v1/settlements/{settlement_id}/stream | M U S: settlements:read
GET /v1/settlement-templates | M U S: templates:read
GET /v1/settlement-templates/{template_id} | M U S: templates:read
GET /v1/instruments | M U S: settlements:read or templates:read
POST /v1/instruments | M U: instruments:write
GET /v1/instruments/{instrument_id} | M U S: settlements:read or templates:read
DELETE /v1/instruments/{instrument_id} | M U: instruments:write
POST /v1/sessions | M
DELETE /v1/sessions/{session_id} | M
POST /v1/platforms/me/webhooks | M U: platform:webhooks:manage
GET /v1/platforms/me/webhooks | M U: platform:webhooks:manage
GET /v1/platforms/me/webhooks/{endpoint_id} | M U: platform:webhooks:manage
PATCH /v1/platforms/me/webhooks/{endpoint_id} | M U: platform:webhooks:manage
DELETE /v1/platforms/me/webhooks/{endpoint_id} | M U: platform:webhooks:manage
GET /v1/platforms/me/webhooks/{endpoint_id}/deliveries | M U: platform:webhooks:manage
POST /v1/platforms/me/webhooks/{endpoint_id}/rotate-secret | M U: platform:webhooks:manage
POST /v1/platforms/me/webhooks/{endpoint_id}/test | M U: platform:webhooks:manage
POST /v1/platforms/me/webhooks/{endpoint_id}/deliveries/{delivery_id}/redeliver | M U: platform:webhooks:manage
POST /v1/platforms/me/webhooks/{endpoint_id}/recover | M U: platform:webhooks:manage
GET /v1/events | M U: settlements:read
GET /v1/events/{event_id} | M U: settlements:read
GET /v1/stream | M U S: settlements:read
POST /v1/platforms | A: keystone:admin
GET /v1/platforms/me | M U: platform:read
PATCH /v1/platforms/me | U: platform:write
POST /v1/platforms/me/complete-onboarding | U: platform:write
POST /v1/platforms/me/environments | M U: platform:environments:manage
GET /v1/platforms/me/environments | M U: platform:read
GET /v1/platforms/me/environments/{env_id} | M U: platform:read
PATCH /v1/platforms/me/environments/{env_id} | M U: platform:environments:manage
DELETE /v1/platforms/me/environments/{env_id} | M U: platform:environments:manage
POST /v1/platforms/me/environments/{env_id}/allowed-ips | U: platform:environments:manage
GET /v1/platforms/me/environments/{env_id}/allowed-ips | U: platform:read
DELETE /v1/platforms/me/environments/{env_id}/allowed-ips/{entry_id} | U: platform:environments:manage
GET /v1/platforms/me/members | U: platform:read
GET /v1/platforms/me/roles | U: platform:read
PATCH /v1/platforms/me/members/{user_id} | U: platform:members:manage
DELETE /v1/platforms/me/members/{user_id} | U: platform:members:manage
POST /v1/platforms/me/invitations | U: platform:members:manage
GET /v1/platforms/me/invitations | U: platform:members:manage
DELETE /v1/platforms/me/invitations/{invitation_id} | U: platform:members:manage
POST /v1/platforms/{platform_id}/invitations | A: keystone:admin
GET /v1/activity | M U: platform:read
GET /v1/activity/{log_id} | M U: platform:read
GET /v1/dashboard/metrics | M U: settlements:read
GET /v1/status | anyone
POST /graphql | anyone
GET /v1/admin/settlements | A: keystone:admin
GET /v1/admin/settlements/stuck | A: keystone:admin
GET /v1/admin/settlements/pipeline | A: keystone:admin
GET /v1/admin/settlements/metrics | A: keystone:admin
GET /v1/admin/settlements/transitions | A: keystone:admin
GET /v1/admin/settlements/{settlement_id} | A: keystone:admin
GET /v1/admin/settlements/{settlement_id}/events | A: keystone:admin
POST /v1/admin/settlements/{settlement_id}/transition | A: keystone:admin
POST /v1/admin/settlements/{settlement_id}/rollback | A: keystone:admin
POST /v1/admin/settlements/{settlement_id}/retry | A: keystone:admin
POST /v1/admin/settlements/{settlement_id}/compliance-override | A: keystone:admin
POST /v1/admin/settlements/{settlement_id}/trigger-maturity | A: keystone:admin
GET /v1/admin/compliance-checks | A: keystone:admin
GET /v1/admin/compliance-checks/{check_id} | A: keystone:admin
GET /v1/admin/platforms | A: keystone:admin
GET /v1/admin/platforms/{platform_id} | A: keystone:admin
PATCH /v1/admin/platforms/{platform_id} | A: keystone:admin
GET /v1/admin/platforms/{platform_id}/environments | A: keystone:admin
GET /v1/admin/environments/{env_id} | A: keystone:admin
PATCH /v1/admin/environments/{env_id} | A: keystone:admin
GET /v1/admin/activity | A: keystone:admin
GET /v1/admin/providers/health | A: keystone:admin
GET /v1/admin/providers/{provider_name}/health | A: keystone:admin
GET /v1/admin/webhooks/endpoints | A: keystone:admin
GET /v1/admin/webhooks/deliveries | A: keystone:admin
GET /v1/admin/webhooks/deliveries/failed | A: keystone:admin
GET /health | anyone
GET /ready | anyone
GET /.well-known/jwks.json | anyone
`;

const KINDS: Record<string, string> = { M: "m2m", U: "user", S: "session", A: "admin" };

interface Documented {
  operationId: string;
  security?: Record<string, string[]>[];
}

const { paths } = JSON.parse(readFileSync(new URL("../../openapi.json", import.meta.url), "utf8")) as {
  paths: Record<string, Record<string, Documented>>;
};

/** The alternatives of one endpoint, as the document writes them. */
function alternatives(cell: string): string[] {
  if (cell === "anyone") return [];
  return cell.split("; ").flatMap((part) => {
    const [kinds, rights] = part.split(": ");
    return (kinds as string)
      .split(" ")
      .flatMap((kind) => (rights ?? "").split(" or ").map((right) => `${KINDS[kind]} ${right}`.trim()));
  });
}

const agreed = AGREED.trim()
  .split("\n")
  .map((line) => line.split(" | ") as [string, string]);

describe("the endpoints", () => {
  const documented = new Map<string, Documented>(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
    ),
  );

  it("are those that were agreed, none missing and none besides", () => {
    expect([...documented.keys()]).to.have.members(agreed.map(([endpoint]) => endpoint));
  });

  it("each have a name of their own", () => {
    const names = [...documented.values()].map(({ operationId }) => operationId);
    expect(new Set(names).size).to.equal(names.length);
  });

  for (const [endpoint, who] of agreed) {
    it(`${endpoint} takes ${who}`, () => {
      const security = documented.get(endpoint)?.security ?? [];
      const found = security.flatMap((alternative) =>
        Object.entries(alternative).map(([kind, rights]) => `${kind} ${rights.join("+")}`.trim()),
      );
      expect(found).to.have.members(alternatives(who));
    });
  }
});
