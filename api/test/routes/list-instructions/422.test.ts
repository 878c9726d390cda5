import { expect } from "chai";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

const cursorOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("GET /v1/instructions 422", () => {
  const world = useWorld();
  let tenant: Tenant;
  before(async () => {
    tenant = await createTenant(world());
  });

  const QUERIES: [string, string, string][] = [
    ["limit=0", "limit", "greater_than_equal"],
    ["limit=201", "limit", "less_than_equal"],
    ["limit=ten", "limit", "int_parsing"],
    ["limit=", "limit", "int_parsing"],
    ["limit=1.5", "limit", "int_parsing"],
    ["limit=1&limit=2", "limit", "string_type"],
    ["offset=-1", "offset", "greater_than_equal"],
    ["offset=99999999999999999999", "offset", "int_parsing"],
    ["status=done", "status", "enum"],
    ["trade_reference=", "trade_reference", "string_too_short"],
    ["trade_reference=%00", "trade_reference", "string_unicode"],
    ["page=2", "page", "extra_forbidden"],
    ["cursor=nonsense", "cursor", "value_error"],
    ["cursor=", "cursor", "value_error"],
    [`cursor=${cursorOf(["2026-01-01T00:00:00.000Z", "x", 0])}`, "cursor", "value_error"],
    [`cursor=${cursorOf(["yesterday", crypto.randomUUID(), 0])}`, "cursor", "value_error"],
    [`cursor=${cursorOf(["2026-01-01T00:00:00.000Z", crypto.randomUUID(), -1])}`, "cursor", "value_error"],
    [`cursor=${cursorOf(["2026-01-01T00:00:00.000Z", crypto.randomUUID(), 0])}&offset=0`, "cursor", "value_error"],
  ];

  for (const [query, field, type] of QUERIES) {
    it(`refuses ?${query}`, async () => {
      const { status, body } = await world().call("GET", `/v1/instructions?${query}`, { token: tenant.token });
      expect(status).to.equal(422);
      expect(body.detail[0]).to.deep.include({ loc: ["query", field], type });
    });
  }
});
