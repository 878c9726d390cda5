import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { agreedTrade, CONFIRMED } from "../support/admin.ts";
import { indexState, setHeads } from "../support/facts.ts";
import { operatorToken } from "../support/members.ts";
import { callOf, type Operation, operations } from "../support/operations.ts";
import { createEndpoint } from "../support/webhooks.ts";
import { useWorld } from "../support/world.ts";

type Documented = { parameters?: { in: string; name?: string }[] };
const { paths } = JSON.parse(readFileSync(new URL("../../openapi.json", import.meta.url), "utf8")) as {
  paths: Record<string, Record<string, Documented>>;
};
const queryOf = ({ path, method }: Operation) =>
  (paths[path]?.[method.toLowerCase()]?.parameters ?? []).flatMap((p) => (p.in === "query" && p.name ? [p.name] : []));

const text = fc.oneof(
  fc.constantFrom("1", "0", "", "\u0000", "2026-01-01T00:00:00Z", "9999-12-31", "9".repeat(30), "%", "a'b\"c;--", "💣"),
  fc.constantFrom("INSTRUCTED", "24h", "true", "flagged", "8b0e3a51-0f0e-4c8e-9d55-1f2f6d3a9c11"),
  fc.string({ maxLength: 40, unit: "grapheme" }),
);

describe("generated requests of operators", function () {
  this.timeout(120_000);
  const world = useWorld();
  const admin = operations.filter(({ about, path }) => about === "admin" && path.startsWith("/v1/admin/"));
  let token: string;
  let ids: Record<string, string>;
  before(async () => {
    await setHeads(world(), 1000);
    const { settlementId, hash, seller } = await agreedTrade(world());
    await indexState(world(), hash, "INSTRUCTED");
    await createEndpoint(world(), seller);
    token = await operatorToken(world());
    ids = { settlement_id: settlementId, platform_id: seller.platformId, env_id: seller.environmentId };
  });

  it("never break a read: each is answered by the document's words, whatever is asked", async () => {
    const asked = fc.constantFrom(...admin.filter(({ method }) => method === "GET")).chain((operation) =>
      fc.record({
        operation: fc.constant(operation),
        pairs: fc.array(fc.tuple(fc.constantFrom("x", ...queryOf(operation)), text), { maxLength: 4 }),
        id: fc.oneof(fc.constant(null), fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" })),
      }),
    );
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(asked, async ({ operation, pairs, id }) => {
        const segment = id === null || /^\.{1,2}$/.test(id) ? null : encodeURIComponent(id);
        const names = [...operation.path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name as string);
        const used = segment === null ? ids : Object.fromEntries(names.map((name) => [name, segment]));
        const { path } = await callOf(operation, world(), used);
        const search = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
        const { status } = await world().call("GET", search === "" ? path : `${path}?${search}`, { token });
        expect([200, 404, 422]).to.include(status);
        seen.add(status);
      }),
      { numRuns: 250 },
    );
    expect([...seen]).to.have.members([200, 404, 422]);
  });

  it("never break a write: each is taken or refused by the document's words", async () => {
    const odd = fc.oneof(
      fc.constantFrom<unknown>(null, "", " ", "\u0000", "\ud800", 0, -1, 2 ** 53, true, [], {}, "a".repeat(2001)),
      fc.constantFrom<unknown>("ROLLED_BACK", "TIMED_OUT", "suspended", "https://example.com/x", 60_000),
      fc.string({ maxLength: 300, unit: "binary" }),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const fields = ["target_state", "decision", "status", "is_active", "rate_limit_rpm", "webhook_url", "logo_url"];
    const body = fc
      .array(fc.tuple(fc.constantFrom("reason", "confirm", "name", "x", ...fields), odd), { maxLength: 4 })
      .map((pairs) => ({ ...CONFIRMED, ...Object.fromEntries(pairs) }));
    const writes = admin.filter(({ method }) => method !== "GET");
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...writes), body, fc.boolean(), async (operation, json, bare) => {
        const { path, json: good } = await callOf(operation, world(), ids);
        const sent = bare ? json : { ...(good as object), ...json };
        const { status } = await world().call(operation.method, path, { token, json: sent });
        expect([200, 409, 422]).to.include(status);
        seen.add(status);
      }),
      { numRuns: 250 },
    );
    expect([...seen]).to.have.members([200, 409, 422]);
  });
});
