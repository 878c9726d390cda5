import { expect } from "chai";
import type { Json } from "../../support/client.ts";
import { sellOpen } from "../../support/instructions.ts";
import { createTenant, createToken, type Tenant } from "../../support/tenants.ts";
import { submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/instructions 200", () => {
  const world = useWorld();
  let tenant: Tenant;
  let made: Json[];
  before(async () => {
    tenant = await createTenant(world());
    made = [];
    for (let i = 0; i < 7; i++)
      made.unshift((await submit(world(), tenant, sellOpen({ trade_reference: `L-${i}` }))).body);
    await submit(world(), await createTenant(world()), sellOpen({ trade_reference: "L-0" }));
  });
  const list = (query: string) => world().call("GET", `/v1/instructions${query}`, { token: tenant.token });

  it("lists the environment's own, newest first", async () => {
    const { status, body } = await list("");
    expect(status).to.equal(200);
    expect(body).to.deep.equal({ items: made, total: 7, limit: 50, offset: 0, next_cursor: null });
  });

  it("pages by offset", async () => {
    const { body } = await list("?limit=3&offset=2");
    expect(body.items).to.deep.equal(made.slice(2, 5));
    expect(body).to.deep.include({ total: 7, limit: 3, offset: 2 });
    expect((await list("?offset=9007199254740991")).body).to.deep.include({ items: [], total: 7, next_cursor: null });
  });

  it("pages by cursor, each row once, while rows are added", async () => {
    const own = await createTenant(world());
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift((await submit(world(), own, sellOpen())).body.id);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? "?limit=2" : `?limit=2&cursor=${cursor}`;
      const { body } = await world().call("GET", `/v1/instructions${query}`, { token: own.token });
      expect(body.offset).to.equal(seen.length);
      seen.push(...body.items.map(({ id }: Json) => id));
      cursor = body.next_cursor;
      await submit(world(), own, sellOpen());
    } while (cursor !== null);
    expect(seen).to.deep.equal(ids);
  });

  it("goes on from an offset by cursor", async () => {
    const { body } = await list("?limit=3&offset=1");
    const next = await list(`?limit=3&cursor=${body.next_cursor}`);
    expect(next.body.items).to.deep.equal(made.slice(4, 7));
    expect(next.body).to.deep.include({ offset: 4, next_cursor: null });
  });

  it("filters by status, reference and key", async () => {
    const [newest] = made;
    expect((await list("?status=pending_match")).body.total).to.equal(7);
    expect((await list("?status=matched")).body.total).to.equal(0);
    expect((await list("?trade_reference=L-6")).body.items).to.deep.equal([newest]);
    expect((await list(`?idempotency_key=${newest.idempotency_key}`)).body.items).to.deep.equal([newest]);
    expect((await list("?trade_reference=L-6&status=cancelled")).body.total).to.equal(0);
  });

  it("is open to a token with instructions:read alone", async () => {
    const token = await createToken(world(), { clientId: tenant.clientId, scope: "instructions:read" });
    expect((await world().call("GET", "/v1/instructions", { token })).body.total).to.equal(7);
  });
});
