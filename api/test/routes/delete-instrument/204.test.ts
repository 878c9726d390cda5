import { randomUUID } from "node:crypto";
import { expect } from "chai";
import type { Json } from "../../support/client.ts";
import { AWAY, TOKENS } from "../../support/deployment.ts";
import { bond, buy, cash, sell } from "../../support/instructions.ts";
import { instrument, registrar } from "../../support/instruments.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("DELETE /v1/instruments/{instrument_id}", () => {
  const world = useWorld();
  let tenant: Tenant;
  let token: string;
  before(async () => {
    tenant = await createTenant(world());
    token = await registrar(world(), tenant);
  });
  const make = async (changes: Json = {}, by = token): Promise<Json> =>
    (await world().call("POST", "/v1/instruments", { token: by, json: instrument(changes) })).body;
  const remove = (id: string, by = token) => world().call("DELETE", `/v1/instruments/${id}`, { token: by });

  it("204 takes an own name off and logs it, once of many; the name is free again", async () => {
    const made = await make();
    const answers = await Promise.all(Array.from({ length: 12 }, () => remove(made.id)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([204, ...Array(11).fill(404)]);
    expect((await world().call("GET", `/v1/instruments/${made.id}`, { token })).status).to.equal(404);
    const rows = await world()
      .db.selectFrom("keystone.activity_log")
      .selectAll()
      .where("resource_id", "=", made.id)
      .where("type", "=", "instrument.deleted")
      .execute();
    expect(rows).to.have.length(1);
    expect(rows[0]).to.deep.include({
      category: "instrument",
      status_code: 204,
      detail: { alias: made.alias, chain_id: made.chain_id, token_address: made.token_address },
    });
    expect((await make({ alias: made.alias })).alias).to.equal(made.alias);
  });

  it("404 for a global one, another tenant's, one that there is not, and what is no id", async () => {
    const { items } = (await world().call("GET", "/v1/instruments?alias=KBOND", { token })).body;
    const global = items.find(({ environment_id }: Json) => environment_id === null);
    const theirs = await make({}, await registrar(world(), await createTenant(world())));
    for (const id of [global.id, theirs.id, randomUUID(), "none"]) {
      const { status, body } = await remove(id);
      expect([status, body.code, body.detail]).to.deep.equal([404, "not_found", "Instrument not found"]);
    }
    const left = await world()
      .db.selectFrom("keystone.instrument")
      .select("id")
      .where("id", "in", [global.id, theirs.id])
      .execute();
    expect(left).to.have.length(2);
  });

  it("leaves settlements and instructions the token that they were made with", async () => {
    const made = await make({ token_address: TOKENS.cash, decimals: 2 });
    const legs = (sold: string, bought: string) => [
      bond({ direction: sold, instrument_id: made.alias, quantity: "1.25" }),
      cash({ direction: bought, chain_id: AWAY }),
    ];
    const first = await submit(world(), tenant, sell({ legs: legs("deliver", "receive") }));
    expect(first.status).to.equal(201);
    const second = buy({ legs: legs("receive", "deliver"), trade_reference: first.body.trade_reference });
    const earlier = await submit(world(), tenant, sell({ legs: legs("deliver", "receive") }));
    const matched = await submit(world(), tenant, second);
    expect(matched.body.status).to.equal("matched");

    expect((await remove(made.id)).status).to.equal(204);
    const { body } = await world().call("GET", `/v1/settlements/${matched.body.settlement_id}`, { token });
    const kept = { instrument_id: made.alias, token_address: TOKENS.cash, decimals: 2, amount: "125" };
    expect(body.legs[0]).to.deep.include(kept);
    const waiting = await world().call("GET", `/v1/instructions/${earlier.body.id}`, { token });
    expect(waiting.body.legs[0]).to.deep.include(kept);
    const unknown = await submit(world(), tenant, sell({ legs: legs("deliver", "receive") }));
    expect(unknown.body.code).to.equal("instrument_unknown");
  });
});
