import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/sessions 422", () => {
  const world = useWorld();
  let tenant: Tenant;
  before(async () => {
    tenant = await createTenant(world());
  });

  const scopes = ["templates:read"];
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, "v"]));
  const WRONG: [string, unknown, (string | number)[], string][] = [
    ["no scopes", {}, ["body", "scopes"], "missing"],
    ["an empty list of scopes", { scopes: [] }, ["body", "scopes"], "too_short"],
    ["six scopes", { scopes: Array(6).fill("templates:read") }, ["body", "scopes"], "too_long"],
    ["a right that sessions may not have", { scopes: ["platform:read"] }, ["body", "scopes", 0], "enum"],
    ["too short a life", { scopes, expires_in: 59 }, ["body", "expires_in"], "greater_than_equal"],
    ["too long a life", { scopes, expires_in: 86_401 }, ["body", "expires_in"], "less_than_equal"],
    ["half a second", { scopes, expires_in: 60.5 }, ["body", "expires_in"], "int_type"],
    ["no settlement of a list", { scopes, settlement_ids: [] }, ["body", "settlement_ids"], "too_short"],
    [
      "101 settlements",
      { scopes, settlement_ids: Array.from({ length: 101 }, () => randomUUID()) },
      ["body", "settlement_ids"],
      "too_long",
    ],
    ["no UUID", { scopes, settlement_ids: ["1"] }, ["body", "settlement_ids", 0], "string_pattern_mismatch"],
    ["17 keys", { scopes, metadata: keys(17) }, ["body", "metadata"], "too_long"],
    ["a number as metadata", { scopes, metadata: { a: 1 } }, ["body", "metadata", "a"], "string_type"],
    ["a long value", { scopes, metadata: { a: "x".repeat(501) } }, ["body", "metadata", "a"], "string_too_long"],
    ["NUL in a value", { scopes, metadata: { a: "\u0000" } }, ["body", "metadata", "a"], "string_unicode"],
    ["another field", { scopes, user: 1 }, ["body", "user"], "extra_forbidden"],
  ];
  for (const [name, json, loc, type] of WRONG) {
    it(`refuses ${name}`, async () => {
      const { status, body } = await world().call("POST", "/v1/sessions", { token: tenant.token, json });
      expect(status).to.equal(422);
      expect(body.detail.map(({ loc, type }: { loc: unknown; type: unknown }) => ({ loc, type }))).to.deep.equal([
        { loc, type },
      ]);
    });
  }

  it("refuses NUL in a key of the metadata", async () => {
    const json = { scopes, metadata: { "a\u0000": "x" } };
    const { status, body } = await world().call("POST", "/v1/sessions", { token: tenant.token, json });
    expect(status).to.equal(422);
    expect(body.detail[0].loc.slice(0, 2)).to.deep.equal(["body", "metadata"]);
  });

  it("takes 16 keys and values of 500 characters", async () => {
    const json = { scopes, metadata: { ...keys(15), long: "x".repeat(500) } };
    expect((await world().call("POST", "/v1/sessions", { token: tenant.token, json })).status).to.equal(201);
  });
});
