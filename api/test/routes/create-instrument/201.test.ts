import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { userOf } from "../../support/checks.ts";
import type { Json } from "../../support/client.ts";
import { AWAY, HOME, TOKENS } from "../../support/deployment.ts";
import { bond, sellOpen } from "../../support/instructions.ts";
import { instrument, registrar } from "../../support/instruments.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/instruments 201", () => {
  const world = useWorld();
  let tenant: Tenant;
  let token: string;
  before(async () => {
    tenant = await createTenant(world());
    token = await registrar(world(), tenant);
  });
  const create = (json: Json, options: Json = {}) =>
    world().call("POST", "/v1/instruments", { token, json, ...options });

  it("names a token for the environment, unverified while no node answers, and logs it", async () => {
    const sent = instrument({
      alias: "US0378331005",
      alias_type: "isin",
      token_address: TOKENS.cash.toLowerCase(),
      leg_type: "payment",
      name: "Cash of ours",
    });
    const { status, body } = await create(sent);
    expect(status).to.equal(201);
    expect(body).to.deep.include({
      ...sent,
      token_address: TOKENS.cash,
      environment_id: tenant.environmentId,
      token_id: null,
      verified: false,
    });
    const shown = await world().call("GET", `/v1/instruments/${body.id}`, { token });
    expect(shown.body).to.deep.equal(body);
    const stranger = await createTenant(world());
    expect((await world().call("GET", `/v1/instruments/${body.id}`, { token: stranger.token })).status).to.equal(404);
    const rows = await world()
      .db.selectFrom("keystone.activity_log")
      .selectAll()
      .where("resource_id", "=", body.id)
      .execute();
    expect(rows).to.have.length(1);
    expect(rows[0]).to.deep.include({
      type: "instrument.created",
      category: "instrument",
      environment_id: tenant.environmentId,
      actor_type: "m2m",
      actor_id: tenant.clientId,
      status_code: 201,
      detail: { alias: "US0378331005", chain_id: HOME, token_address: TOKENS.cash, verified: false },
    });
  });

  it("gives the name its token id, and one name to one token on each chain", async () => {
    const alias = `deed-${randomUUID()}`;
    const token_id = (2n ** 256n - 1n).toString();
    const deed = instrument({ alias, token_standard: "ERC-721", decimals: 0, token_id });
    const { status, body } = await create(deed);
    expect(status).to.equal(201);
    expect(body.token_id).to.equal(token_id);
    expect((await create(instrument({ alias, chain_id: AWAY }))).status).to.equal(201);
    const other = await createTenant(world());
    const elsewhere = { token: await registrar(world(), other) };
    expect((await create(deed, elsewhere)).status).to.equal(201);
  });

  it("means the own entry before the global one from then on", async () => {
    const own = await createTenant(world());
    const options = { token: await registrar(world(), own) };
    const sent = instrument({ alias: "KBOND", token_address: TOKENS.cash, decimals: 2 });
    expect((await create(sent, options)).status).to.equal(201);
    const legs = [bond({ direction: "deliver", instrument_id: "KBOND", quantity: "1.25" })];
    const { body } = await submit(world(), own, sellOpen({ legs }));
    expect(body.legs[0]).to.deep.include({ token_address: TOKENS.cash, decimals: 2, amount: "125" });
  });

  it("is open to users with the right", async () => {
    const by = await userOf(world(), tenant, ["instruments:write"], "user|developer");
    const { status, body } = await create(instrument(), by);
    expect(status).to.equal(201);
    const row = await world()
      .db.selectFrom("keystone.activity_log")
      .select(["actor_type", "actor_id"])
      .where("resource_id", "=", body.id)
      .executeTakeFirstOrThrow();
    expect(row).to.deep.equal({ actor_type: "user", actor_id: "user|developer" });
  });

  it("200 gives again what a key has made, and 404 when it is gone", async () => {
    const [sent, headers] = [instrument(), { "idempotency-key": randomUUID() }];
    const made = await create(sent, { headers });
    expect(made.status).to.equal(201);
    const replay = await create(sent, { headers });
    expect([replay.status, replay.headers.get("idempotent-replayed")]).to.deep.equal([200, "true"]);
    expect(replay.body).to.deep.equal(made.body);
    const reused = await create({ ...sent, name: "Another" }, { headers });
    expect([reused.status, reused.body.code]).to.deep.equal([409, "idempotency_key_reused"]);
    expect(reused.body.context.existing_id).to.equal(made.body.id);
    await world().call("DELETE", `/v1/instruments/${made.body.id}`, { token });
    expect((await create(sent, { headers })).status).to.equal(404);
  });
});
