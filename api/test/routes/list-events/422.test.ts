import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/events 422", () => {
  const world = useWorld();

  for (const [query, loc, type] of [
    ["event=settlement.*", "event", "enum"],
    ["settlement_id=nonsense", "settlement_id", "string_pattern_mismatch"],
    ["since=2026-04-01T12:00:00", "since", "timezone_aware"],
    ["limit=201", "limit", "less_than_equal"],
    ["cursor=c2VxOjE", "cursor", "value_error"],
    ["offset=1", "offset", "extra_forbidden"],
  ]) {
    it(`names ${loc} for ?${query}`, async () => {
      const { token } = await createTenant(world());
      const { status, body } = await world().call("GET", `/v1/events?${query}`, { token });
      expect(status).to.equal(422);
      expect(body.detail[0]).to.deep.include({ loc: ["query", loc], type });
    });
  }
});
