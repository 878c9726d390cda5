import { hashTerms, termsFromJson } from "@keystoneos/protocol";
import { expect } from "chai";
import type { Json } from "../../support/client.ts";
import { AWAY, HOME, TOKENS } from "../../support/deployment.ts";
import { BUYER_WALLET, bond, cash, SELLER_WALLET } from "../../support/instructions.ts";
import { BROKER, BUYER, create, gets, gives, SELLER, settle } from "../../support/settlements.ts";
import { createTenant, createUserToken, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/settlements 201", () => {
  const world = useWorld();
  let tenant: Tenant;
  before(async () => {
    tenant = await createTenant(world());
  });
  const made = async (changes: Record<string, unknown> = {}): Promise<Json> => {
    const { status, body } = await create(world(), tenant, settle(changes));
    expect(status, JSON.stringify(body)).to.equal(201);
    return body;
  };

  it("makes a settlement of one platform, with terms that hash to its id", async () => {
    const json = settle({ external_reference: "deal-77" });
    const { body } = await create(world(), tenant, json);
    expect(body).to.deep.include({
      platform_id: tenant.platformId,
      environment_id: tenant.environmentId,
      idempotency_key: json.idempotency_key,
      external_reference: "deal-77",
      trade_reference: null,
      template_slug: "dvp-cross-chain",
      settlement_type: "single_platform",
      settlement_category: null,
      state: "INSTRUCTED",
      on_chain: null,
      fee_mode: "seller_pays",
      parent_settlement_id: null,
      maturity_at: null,
      repo_metadata: null,
    });
    expect(hashTerms(termsFromJson(body.terms))).to.equal(body.settlement_hash);
    expect(body.terms.ref).to.equal(`0x${body.id.replaceAll("-", "")}`);
    expect(Date.parse(body.timeout_at) - Date.parse(body.deposit_deadline)).to.equal(15_000);
    const parties = body.parties.map((party: Json) => [party.role, party.wallet_address, party.open, party.name]);
    expect(parties).to.deep.equal([
      ["seller", SELLER_WALLET, false, SELLER.name],
      ["buyer", BUYER_WALLET, false, BUYER.name],
    ]);
    const legs = body.legs.map((leg: Json) => [leg.party_role, leg.counterparty_role, leg.leg_type, leg.chain_id]);
    expect(legs).to.deep.equal([
      ["seller", "buyer", "asset_delivery", HOME],
      ["buyer", "seller", "payment", AWAY],
    ]);
    const transfers = body.terms.legs.map((leg: Json) => [leg.token, leg.amount, leg.from, leg.to, leg.fees]);
    expect(transfers).to.deep.equal([
      [TOKENS.bond, `1000000${"0".repeat(18)}`, 1, 3, []],
      [TOKENS.cashAway, "985000250000", 3, 1, []],
    ]);
    const read = await world().call("GET", `/v1/settlements/${body.id}`, { token: tenant.token });
    expect(read.body).to.deep.equal(body);
  });

  it("has the parties in the template's order, further ones as sent, and the legs by who deposits", async () => {
    const agent = { ...BROKER, role: "agent" };
    const body = await made({
      parties: [agent, BROKER, BUYER, SELLER],
      legs: [
        gives("broker", cash({ quantity: "1" }), "agent"),
        gives("buyer", cash(), "seller"),
        gives("seller", bond(), "buyer"),
        gives("buyer", cash({ quantity: "25" }), "broker"),
      ],
    });
    expect(body.parties.map(({ role }: Json) => role)).to.deep.equal(["seller", "buyer", "agent", "broker"]);
    const legs = body.terms.legs.map(({ from, to, amount }: Json) => [from, to, amount]);
    expect(legs).to.deep.equal([
      [1, 3, `1000000${"0".repeat(18)}`],
      [3, 1, "985000250000"],
      [3, 7, "25000000"],
      [7, 5, "1000000"],
    ]);
    expect(body.legs.map(({ counterparty_role }: Json) => counterparty_role)).to.deep.equal([
      "buyer",
      "seller",
      "broker",
      "agent",
    ]);
    expect(new Set(body.terms.parties).size).to.equal(8);
  });

  it("takes receive legs that mirror deliver legs, and lets them say a type", async () => {
    const body = await made({
      legs: [
        gets("buyer", bond({ leg_type: "payment", quantity: "1000000.0" })),
        gives("seller", bond()),
        gives("seller", bond()),
        gives("buyer", cash()),
      ],
    });
    expect(body.legs.map(({ leg_type }: Json) => leg_type)).to.deep.equal(["payment", "asset_delivery", "payment"]);
  });

  it("takes a template by its id, and an alias of its slug", async () => {
    const { template_id } = await made();
    const byId = await made({ template_slug: undefined, template_id });
    expect(byId).to.deep.include({ template_id, template_slug: "dvp-cross-chain", template_version: 1 });
    expect((await made({ template_slug: "cross_platform_dvp" })).template_id).to.equal(template_id);
    expect((await made({ template_id: null })).template_id).to.equal(template_id);
  });

  it("resolves a leg by the chain of the party that lists it", async () => {
    const { chain_id: _, ...onlyAlias } = cash();
    const body = await made({
      parties: [SELLER, { ...BUYER, chain_id: AWAY }],
      legs: [gives("seller", bond()), gives("buyer", onlyAlias)],
    });
    expect(body.legs[1].chain_id).to.equal(AWAY);
  });

  it("takes a user who may write settlements", async () => {
    const permissions = ["settlements:write", "settlements:read"];
    const token = await createUserToken(world(), { orgId: tenant.orgId, permissions, userId: "user|ada" });
    const headers = { "x-keystone-environment": tenant.environmentSlug };
    const { status, body } = await world().call("POST", "/v1/settlements", { token, headers, json: settle() });
    expect(status).to.equal(201);
    const events = await world().call("GET", `/v1/settlements/${body.id}/events`, { token: tenant.token });
    expect(events.body.items.map((event: Json) => event.triggered_by)).to.deep.equal(["user:user|ada"]);
  });

  it("stores the relayer's intent, the event and the activity with it, and who made it", async () => {
    const own = await createTenant(world());
    const { body, headers } = await create(world(), own, settle({ external_reference: "deal-78" }));
    const { db } = world();
    const intents = await db
      .selectFrom("keystone.intent")
      .select(["kind", "status"])
      .where("settlement_id", "=", body.id)
      .execute();
    expect(intents).to.deep.equal([{ kind: "settle", status: "open" }]);
    const events = await world().call("GET", "/v1/events", { token: own.token });
    expect(events.body.items.map(({ event }: Json) => event)).to.deep.equal(["settlement.state.instructed"]);
    expect(events.body.items[0].data).to.deep.include({
      settlement_id: body.id,
      state: "INSTRUCTED",
      settlement_type: "single_platform",
      trade_reference: null,
      external_reference: "deal-78",
      sequence: 1,
    });
    const steps = await world().call("GET", `/v1/settlements/${body.id}/events`, { token: own.token });
    expect(steps.body.items.map((step: Json) => [step.sequence, step.to_state, step.triggered_by])).to.deep.equal([
      [1, "INSTRUCTED", `m2m:${own.environmentId}`],
    ]);
    const activities = await db
      .selectFrom("keystone.activity_log")
      .selectAll()
      .where("environment_id", "=", own.environmentId)
      .execute();
    expect(activities).to.have.length(1);
    expect(activities[0]).to.deep.include({
      type: "settlement.created",
      category: "settlement",
      actor_type: "m2m",
      actor_id: own.clientId,
      resource_type: "settlement",
      resource_id: body.id,
      method: "POST",
      path: "/v1/settlements",
      status_code: 201,
      platform_id: own.platformId,
      request_id: headers.get("x-request-id"),
    });
  });

  it("exists for nobody else", async () => {
    const body = await made();
    const stranger = await createTenant(world());
    const read = await world().call("GET", `/v1/settlements/${body.id}`, { token: stranger.token });
    expect(read.status).to.equal(404);
  });
});
