import { expect } from "chai";
import { adminGet, agreedTrade } from "../../support/admin.ts";
import { indexState, setHeads } from "../../support/facts.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/admin/settlements/{settlement_id}/events", () => {
  const world = useWorld();
  before(() => setHeads(world(), 200));

  it("200 lists what the platforms see, by sequence", async () => {
    const { settlementId, hash, seller } = await agreedTrade(world());
    await indexState(world(), hash, "AWAITING_DEPOSITS");
    const own = await world().call("GET", `/v1/settlements/${settlementId}/events`, { token: seller.token });
    const { status, body } = await adminGet(world(), `/settlements/${settlementId}/events`);
    expect(status).to.equal(200);
    expect(body).to.deep.equal(own.body);
    expect(body.items.map(({ sequence }: { sequence: number }) => sequence)).to.deep.equal([1, 2, 3, 4]);
    const page = await adminGet(world(), `/settlements/${settlementId}/events?limit=3`);
    const rest = await adminGet(
      world(),
      `/settlements/${settlementId}/events?limit=250&cursor=${page.body.next_cursor}`,
    );
    expect([...page.body.items, ...rest.body.items]).to.deep.equal(body.items);
  });

  it("422 above 250", async () => {
    const { settlementId } = await agreedTrade(world());
    for (const limit of ["0", "251"]) {
      const { status, body } = await adminGet(world(), `/settlements/${settlementId}/events?limit=${limit}`);
      expect(status).to.equal(422);
      expect(body.detail[0].loc).to.deep.equal(["query", "limit"]);
    }
  });

  it("404 for no settlement", async () => {
    expect((await adminGet(world(), "/settlements/none/events")).status).to.equal(404);
  });
});
