import { expect } from "chai";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { sellOpen } from "../../support/instructions.ts";
import { createTenant } from "../../support/tenants.ts";
import { matchTrade, submit } from "../../support/trades.ts";
import { AUDIENCE, SESSIONS, useWorld } from "../../support/world.ts";

describe("POST /v1/sessions 201", () => {
  const world = useWorld();
  const create = (token: string, json: unknown) => world().call("POST", "/v1/sessions", { token, json });

  it("gives a token of the API's own key, which its published keys verify", async () => {
    const tenant = await createTenant(world());
    const before = Math.floor(Date.now() / 1000);
    const metadata = { user: "ada", page: "" };
    const { status, body } = await create(tenant.token, {
      scopes: ["settlements:read", "settlements:read"],
      expires_in: 60,
      metadata,
    });
    expect(status).to.equal(201);
    expect(body).to.deep.include({ scopes: ["settlements:read"], settlement_ids: null, metadata });
    const keys = createRemoteJWKSet(new URL(`${world().origin}/.well-known/jwks.json`));
    const options = { issuer: SESSIONS, audience: AUDIENCE, algorithms: ["RS256"] };
    const { payload } = await jwtVerify(body.session_token, keys, options);
    expect(payload).to.include({ sid: body.id, platform_id: tenant.platformId, environment_id: tenant.environmentId });
    expect(payload.exp).to.equal(Date.parse(body.expires_at) / 1000);
    expect(payload.exp).to.be.within(before + 60, before + 70);
    expect(decodeProtectedHeader(body.session_token).alg).to.equal("RS256");
  });

  it("publishes the public part of the key alone", async () => {
    const { status, body, headers } = await world().call("GET", "/.well-known/jwks.json");
    expect(status).to.equal(200);
    expect(headers.get("cache-control")).to.equal("public, max-age=600");
    expect(body.keys).to.have.length(1);
    expect(Object.keys(body.keys[0]).sort()).to.deep.equal(["alg", "e", "kid", "kty", "n", "use"]);
  });

  it("lasts an hour unless it is told otherwise, and a day at most", async () => {
    const { token } = await createTenant(world());
    const life = async (json: Record<string, unknown>) => {
      const { body } = await create(token, { scopes: ["templates:read"], ...json });
      return Math.round((Date.parse(body.expires_at) - Date.parse(body.created_at)) / 60_000);
    };
    expect(await life({})).to.equal(60);
    expect(await life({ expires_in: 86_400 })).to.equal(1440);
  });

  it("has its own rights, not the machine's", async () => {
    const { token } = await createTenant(world());
    const { body } = await create(token, { scopes: ["instructions:read"] });
    const read = (path: string) => world().call("GET", path, { token: body.session_token });
    expect((await read("/v1/instructions")).status).to.equal(200);
    expect((await read("/v1/settlements")).body).to.deep.include({
      code: "insufficient_scope",
      context: { required: "settlements:read" },
    });
  });

  it("acts in the activity log under its own id", async () => {
    const tenant = await createTenant(world());
    const session = (await create(tenant.token, { scopes: ["instructions:write"], metadata: { user: "ada" } })).body;
    const made = await submit(world(), { ...tenant, token: session.session_token }, sellOpen());
    expect(made.status).to.equal(201);
    const rows = await world()
      .db.selectFrom("keystone.activity_log")
      .select(["type", "actor_type", "actor_id", "resource_id", "category", "detail"])
      .where("environment_id", "=", tenant.environmentId)
      .orderBy("created_at")
      .execute();
    expect(rows[0]).to.deep.include({
      type: "session.created",
      category: "session",
      actor_type: "m2m",
      actor_id: tenant.clientId,
      resource_id: session.id,
    });
    expect(rows[0]?.detail).to.deep.include({ metadata: { user: "ada" }, scopes: ["instructions:write"] });
    expect(rows[1]).to.include({ type: "instruction.created", actor_type: "session", actor_id: session.id });
    expect(JSON.stringify(rows)).to.not.include(session.session_token);
    expect(world().logged.join("")).to.not.include(session.session_token);
  });

  it("sees the settlements that it is bound to and no other, with the instructions that made them", async () => {
    const first = await matchTrade(world());
    const second = await matchTrade(world(), { tenants: [first.seller, first.buyer] });
    await submit(world(), first.seller, sellOpen());
    const { body } = await create(first.seller.token, {
      scopes: ["settlements:read", "instructions:read"],
      settlement_ids: [first.settlementId.toUpperCase()],
    });
    expect(body.settlement_ids).to.deep.equal([first.settlementId]);
    const read = (path: string) => world().call("GET", path, { token: body.session_token });
    const settlements = (await read("/v1/settlements")).body;
    expect([settlements.total, settlements.items[0].id]).to.deep.equal([1, first.settlementId]);
    const instructions = (await read("/v1/instructions")).body;
    expect([instructions.total, instructions.items[0].id]).to.deep.equal([1, first.sellerInstruction.id]);
    expect((await read(`/v1/settlements/${first.settlementId}`)).status).to.equal(200);
    expect((await read(`/v1/instructions/${first.sellerInstruction.id}`)).status).to.equal(200);
    const other = await read(`/v1/settlements/${second.settlementId}`);
    expect([other.status, other.body.code]).to.deep.equal([403, "session_settlement_forbidden"]);
    // Another tenant's does not exist, bound or not.
    const foreign = await matchTrade(world());
    expect((await read(`/v1/settlements/${foreign.settlementId}`)).status).to.equal(404);
    expect((await read(`/v1/instructions/${first.buyerInstruction.id}`)).status).to.equal(404);
  });
});
