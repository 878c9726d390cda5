import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { matchTrade } from "../../support/trades.ts";
import { createEndpoint, deliveriesOf, WEBHOOKS } from "../../support/webhooks.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/platforms/me/webhooks/{endpoint_id}/deliveries 200", () => {
  const world = useWorld();

  it("filters by outcome, event and time, and pages", async () => {
    const tenant = await createTenant(world());
    const { id } = await createEndpoint(world(), tenant);
    await matchTrade(world(), { tenants: [tenant, tenant] });
    const all = await deliveriesOf(world(), tenant, id);
    expect(all).to.have.length(3);
    const { db } = world();
    const finish = (index: number, success: boolean) =>
      db
        .updateTable("keystone.webhook_delivery")
        .set({ pending: false, next_attempt_at: null, success, created_at: new Date(Date.now() - index * 60_000) })
        .where("id", "=", all[index].id)
        .execute();
    await finish(1, true);
    await finish(2, false);
    const ids = async (query: string) => (await deliveriesOf(world(), tenant, id, query)).map((row) => row.id);
    expect(await ids("")).to.deep.equal(all.map((row) => row.id));
    expect(await ids("&success=true")).to.deep.equal([all[1].id]);
    expect(await ids("&success=false")).to.deep.equal([all[2].id]);
    expect(await ids(`&event_id=${all[0].event_id}`)).to.deep.equal([all[0].id]);
    const typed = all.filter((row) => row.event_type === "instruction.matched").map((row) => row.id);
    expect(await ids("&event_type=instruction.matched")).to.deep.equal(typed);
    const minuteAgo = encodeURIComponent(new Date(Date.now() - 30_000).toISOString());
    expect(await ids(`&created_from=${minuteAgo}`)).to.deep.equal([all[0].id]);
    expect(await ids(`&created_to=${minuteAgo}`)).to.deep.equal([all[1].id, all[2].id]);
    const path = `${WEBHOOKS}/${id}/deliveries`;
    const first = (await world().call("GET", `${path}?limit=2`, tenant)).body;
    expect(first).to.deep.include({ total: 3, limit: 2, offset: 0 });
    const second = (await world().call("GET", `${path}?limit=2&cursor=${first.next_cursor}`, tenant)).body;
    expect([...first.items, ...second.items].map((row) => row.id)).to.deep.equal(all.map((row) => row.id));
  });
});
