import { expect } from "chai";
import type { Json } from "../../support/client.ts";
import { createTenant } from "../../support/tenants.ts";
import { createEndpoint, WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/platforms/me/webhooks 200", () => {
  const world = useWorld();

  it("lists the environment's own, newest first, without secrets, by offset and by cursor", async () => {
    const [tenant, other] = [await createTenant(world()), await createTenant(world())];
    await createEndpoint(world(), other);
    const made: Json[] = [];
    for (let i = 0; i < 3; i++) made.push(await createEndpoint(world(), tenant, { description: String(i) }));
    const shown = made.map(({ secret: _, ...rest }) => rest).reverse();
    const list = async (query: string) => (await world().call("GET", `${WEBHOOKS}${query}`, tenant)).body;
    expect(await list("")).to.deep.equal({ items: shown, total: 3, limit: 50, offset: 0, next_cursor: null });
    const first = await list("?limit=2");
    expect(first.items).to.deep.equal(shown.slice(0, 2));
    expect((await list(`?limit=2&cursor=${first.next_cursor}`)).items).to.deep.equal(shown.slice(2));
    expect((await list("?offset=2")).items).to.deep.equal(shown.slice(2));
  });
});
