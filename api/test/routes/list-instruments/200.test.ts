import { expect } from "chai";
import type { Json } from "../../support/client.ts";
import { AWAY, HOME, TOKENS } from "../../support/deployment.ts";
import { bond, sellOpen } from "../../support/instructions.ts";
import { createTenant, createToken, type Tenant } from "../../support/tenants.ts";
import { submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/instruments 200", () => {
  const world = useWorld();
  let tenant: Tenant;
  before(async () => {
    tenant = await createTenant(world());
    await world()
      .db.insertInto("keystone.instrument")
      .values({
        environment_id: tenant.environmentId,
        alias: "KBOND",
        alias_type: "custom",
        chain_id: BigInt(HOME),
        token_address: TOKENS.cash.toLowerCase() as `0x${string}`,
        token_standard: "ERC-20",
        decimals: 2,
        leg_type: "payment",
        name: "Our own KBOND",
      })
      .execute();
  });
  const list = async (query = "", token = tenant.token): Promise<Json> => {
    const { status, body } = await world().call("GET", `/v1/instruments${query}`, { token });
    expect(status).to.equal(200);
    return body;
  };

  it("lists own and global entries, and nobody else's", async () => {
    const { items, total } = await list();
    expect(total).to.equal(6);
    expect(items[0]).to.deep.include({
      environment_id: tenant.environmentId,
      alias: "KBOND",
      alias_type: "custom",
      token_address: TOKENS.cash,
      decimals: 2,
      verified: false,
      token_id: null,
    });
    expect(items.slice(1).every(({ environment_id, verified }: Json) => environment_id === null && verified)).to.equal(
      true,
    );
    const stranger = await createTenant(world());
    expect((await list("", stranger.token)).total).to.equal(5);
  });

  it("filters by alias, chain and token, whatever the case of the address", async () => {
    expect((await list("?alias=KBOND")).total).to.equal(3);
    expect((await list(`?alias=KBOND&chain_id=${AWAY}`)).total).to.equal(1);
    expect((await list(`?token_address=${TOKENS.bond}`)).total).to.equal(2);
    expect((await list(`?token_address=${TOKENS.bond.toLowerCase()}`)).total).to.equal(2);
    expect((await list("?alias=nothing")).items).to.deep.equal([]);
  });

  it("pages", async () => {
    const first = await list("?limit=4");
    const second = await list(`?limit=4&cursor=${first.next_cursor}`);
    expect(new Set([...first.items, ...second.items].map(({ id }: Json) => id)).size).to.equal(6);
  });

  it("is open to templates:read as well", async () => {
    const token = await createToken(world(), { clientId: tenant.clientId, scope: "templates:read" });
    expect((await list("", token)).total).to.equal(6);
  });

  it("means the own entry before the global one of the same name", async () => {
    const legs = [bond({ direction: "deliver", instrument_id: "KBOND", quantity: "1.25" })];
    const { body } = await submit(world(), tenant, sellOpen({ legs }));
    expect(body.legs[0]).to.deep.include({ token_address: TOKENS.cash, decimals: 2, amount: "125" });
    const away = [bond({ direction: "deliver", instrument_id: "KBOND", chain_id: AWAY })];
    expect((await submit(world(), tenant, sellOpen({ legs: away }))).body.legs[0].decimals).to.equal(18);
    const { chain_id: _, ...anywhere } = legs[0] as Json;
    const only = await submit(world(), tenant, sellOpen({ legs: [anywhere] }));
    expect(only.body.legs[0].token_address).to.equal(TOKENS.cash);
  });

  it("lets the party's chain decide between several", async () => {
    const stranger = await createTenant(world());
    const { chain_id: _, ...leg } = bond({ direction: "deliver", instrument_id: "KBOND" }) as Json;
    const party = { ...sellOpen().party, chain_id: AWAY };
    const { body } = await submit(world(), stranger, sellOpen({ legs: [leg], party }));
    expect(body.legs[0]).to.deep.include({ chain_id: AWAY, token_address: TOKENS.bondAway });
  });
});
