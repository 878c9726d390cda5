import { expect } from "chai";
import fc from "fast-check";
import { decisionPath } from "../support/checks.ts";
import { bond, cash, sell } from "../support/instructions.ts";
import { instrument, registrar } from "../support/instruments.ts";
import { repo } from "../support/repos.ts";
import { BUYER, create, gets, gives, SELLER, settle } from "../support/settlements.ts";
import { addEnvironment, createTenant, createUserToken, type Tenant } from "../support/tenants.ts";
import { matchTrade } from "../support/trades.ts";
import { createEndpoint, WEBHOOKS } from "../support/webhooks.ts";
import { useWorld } from "../support/world.ts";
import { changeBody, odd } from "./campaign/values.ts";

/** A good body with something changed anywhere in it. */
const changed = (good: () => unknown) =>
  fc
    .tuple(fc.array(fc.tuple(fc.nat(40), odd), { maxLength: 3 }), fc.boolean())
    .map(([changes, drop]) => changeBody(good(), changes, drop) as Record<string, unknown>);

/** A request with a body that is nearly good. */
const writeOf = (method: string, path: string, good: Record<string, unknown>) =>
  changed(() => good).map((json) => ({ method, path, json }));

function full() {
  return sell({
    party: { ...sell().party, chain_id: 11155111, asset_provider: "x" },
    legs: [
      bond({ direction: "deliver", leg_type: "asset_delivery", token_standard: "ERC-20", external_reference: "r" }),
      cash({ direction: "receive" }),
    ],
    trade_reference: "fuzz",
    counterparty_platform_slug: "nobody",
    fee_mode: "split",
    ...repo(),
  });
}

describe("generated requests", function () {
  this.timeout(120_000);
  const world = useWorld();
  let tenant: Tenant;
  let endpointId: string;
  before(async () => {
    tenant = await createTenant(world());
    endpointId = (await createEndpoint(world(), tenant)).id;
  });

  it("never break POST /v1/instructions: each is taken or refused by the document's words", async () => {
    const seen = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(changed(full), async (json) => {
        const { status } = await world().call("POST", "/v1/instructions", { token: tenant.token, json });
        expect([201, 200, 409, 422]).to.include(status);
        seen.set(status, (seen.get(status) ?? 0) + 1);
      }),
      { numRuns: 250 },
    );
    expect([...seen.keys()]).to.include.members([201, 422]);
  });

  it("never break POST /v1/settlements: each is taken or refused by the document's words", async () => {
    const good = () =>
      settle({
        ...repo(),
        template_id: null,
        external_reference: "fuzz",
        fee_mode: "split",
        parties: [SELLER, { ...BUYER, chain_id: 84532, asset_provider: "x", wallet_commitment: null }],
        legs: [gives("seller", bond(), "buyer"), gives("buyer", cash()), gets("buyer", bond({ token_id: null }))],
      });
    const seen = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(changed(good), async (json) => {
        const { status } = await create(world(), tenant, json);
        expect([201, 200, 409, 422]).to.include(status);
        seen.set(status, (seen.get(status) ?? 0) + 1);
      }),
      { numRuns: 250 },
    );
    expect([...seen.keys()]).to.include.members([201, 422]);
  });

  it("never break POST /v1/sessions", async () => {
    const good = () => ({
      scopes: ["settlements:read", "templates:read"],
      expires_in: 600,
      settlement_ids: null,
      metadata: { user: "ada" },
    });
    await fc.assert(
      fc.asyncProperty(changed(good), async (json) => {
        const { status } = await world().call("POST", "/v1/sessions", { token: tenant.token, json });
        expect([201, 404, 422]).to.include(status);
      }),
      { numRuns: 150 },
    );
  });

  it("never break the IP allowlist", async () => {
    const permissions = ["platform:environments:manage"];
    const token = await createUserToken(world(), { orgId: tenant.orgId, permissions });
    // Another environment's list, or the tenant would shut itself out.
    const { environmentId } = await addEnvironment(world(), tenant.platformId);
    const path = `/v1/platforms/me/environments/${environmentId}/allowed-ips`;
    await fc.assert(
      fc.asyncProperty(
        changed(() => ({ cidr: "192.0.2.0/24", description: "x" })),
        async (json) => {
          const { status } = await world().call("POST", path, { token, json });
          expect([201, 409, 422]).to.include(status);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("never break the webhooks", async () => {
    const writes = fc.oneof(
      writeOf("POST", WEBHOOKS, {
        url: "https://hooks.example.com/x",
        description: "x",
        events: ["settlement.*", "instruction.matched"],
        secret: "s".repeat(24),
      }),
      writeOf("PATCH", `${WEBHOOKS}/${endpointId}`, {
        url: "https://hooks.example.com/y",
        description: null,
        event_types: ["*"],
        is_active: true,
      }),
      writeOf("POST", `${WEBHOOKS}/${endpointId}/recover`, { since: "2026-01-01T00:00:00Z", only_failed: true }),
      writeOf("POST", `${WEBHOOKS}/${endpointId}/recover`, { event_ids: [`evt_${"0".repeat(32)}`] }),
    );
    await fc.assert(
      fc.asyncProperty(writes, async ({ method, path, json }) => {
        const { status } = await world().call(method, path, { token: tenant.token, json });
        expect([200, 201, 409, 422]).to.include(status);
      }),
      { numRuns: 300 },
    );
  });

  it("never break instruments and decisions", async () => {
    const token = await registrar(world(), tenant);
    const trade = await matchTrade(world(), { tenants: [tenant, await createTenant(world())] });
    const bonds = { alias_type: "isin", leg_type: "payment", name: "x", token_id: null };
    const writes = fc.oneof(
      fc.nat(1e9).chain((n) => writeOf("POST", "/v1/instruments", instrument({ ...bonds, alias: `fuzz-${n}` }))),
      fc.nat(1e9).chain((n) => writeOf("POST", "/v1/instruments", instrument({ alias: `fuzz-${n}` }))),
      writeOf("POST", decisionPath(trade), { decision: "approve", reason: "x" }),
    );
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(writes, async ({ method, path, json }) => {
        const { status } = await world().call(method, path, { token, json });
        expect([201, 409, 422]).to.include(status);
        seen.add(status);
      }),
      { numRuns: 250 },
    );
    expect([...seen]).to.have.members([201, 409, 422]);
  });

  it("never break the reads", async () => {
    const paths = fc.constantFrom(
      "/v1/instructions",
      "/v1/instructions/{}",
      "/v1/settlements",
      "/v1/settlements/{}",
      "/v1/settlements/{}/events",
      "/v1/settlements/{}/legs/{}/deposit-info",
      "/v1/settlement-templates",
      "/v1/settlement-templates/{}",
      "/v1/instruments",
      "/v1/instruments/{}",
      "/v1/compliance-checks",
      "/v1/events",
      "/v1/events/{}",
      WEBHOOKS,
      `${WEBHOOKS}/{}`,
      `${WEBHOOKS}/${endpointId}/deliveries`,
    );
    const names = fc.constantFrom(
      "limit",
      "offset",
      "cursor",
      "status",
      "state",
      "trade_reference",
      "created_from",
      "created_to",
      "alias",
      "chain_id",
      "check_type",
      "provider",
      "token_address",
      "settlement_hash",
      "external_reference",
      "idempotency_key",
      "parent_settlement_id",
      "settlement_category",
      "event",
      "event_id",
      "event_type",
      "settlement_id",
      "since",
      "success",
      "x",
    );
    const text = fc.oneof(
      fc.constantFrom("1", "0", "", "\u0000", "2026-01-01T00:00:00Z", "9".repeat(30), "%", "a'b\"c;--", "💣"),
      fc.string({ maxLength: 40, unit: "grapheme" }),
    );
    const query = fc.array(fc.tuple(names, text), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        paths,
        fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }),
        query,
        async (path, id, pairs) => {
          const segment = encodeURIComponent(/^\.{1,2}$/.test(id) ? "x" : id);
          const search = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
          const url = `${path.replaceAll("{}", segment)}${search === "" ? "" : `?${search}`}`;
          const { status } = await world().call("GET", url, { token: tenant.token });
          expect([200, 404, 422]).to.include(status);
        },
      ),
      { numRuns: 250 },
    );
  });
});
