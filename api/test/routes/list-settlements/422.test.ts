import { expect } from "chai";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements 422", () => {
  const world = useWorld();
  let tenant: Tenant;
  before(async () => {
    tenant = await createTenant(world());
  });

  const QUERIES: [string, (string | number)[], string][] = [
    ["state=DONE", ["state", 0], "enum"],
    ["state=FINALIZED&state=DONE", ["state", 1], "enum"],
    ["settlement_type=both", ["settlement_type"], "enum"],
    ["settlement_category=repo", ["settlement_category"], "enum"],
    ["parent_settlement_id=1", ["parent_settlement_id"], "string_pattern_mismatch"],
    ["created_from=2026-01-01", ["created_from"], "datetime_parsing"],
    ["created_to=2026-01-01T00:00:00", ["created_to"], "timezone_aware"],
    ["external_reference=%00", ["external_reference"], "string_unicode"],
    ["order=asc", ["order"], "extra_forbidden"],
  ];

  for (const [query, loc, type] of QUERIES) {
    it(`refuses ?${query}`, async () => {
      const { status, body } = await world().call("GET", `/v1/settlements?${query}`, { token: tenant.token });
      expect(status).to.equal(422);
      expect(body.detail[0]).to.deep.include({ loc: ["query", ...loc], type });
    });
  }
});
