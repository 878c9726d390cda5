import { expect } from "chai";
import { adminGet, agreedTrade } from "../../support/admin.ts";
import type { Json } from "../../support/client.ts";
import { indexState, setHeads } from "../../support/facts.ts";
import { createTenant } from "../../support/tenants.ts";
import { matchTrade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

const ids = ({ body }: Json): string[] => body.items.map(({ id }: Json) => id);

describe("GET /v1/admin/settlements 200", () => {
  const world = useWorld();
  const list = (query: Record<string, string>) =>
    adminGet(world(), `/settlements?${new URLSearchParams({ limit: "200", ...query })}`);
  before(() => setHeads(world(), 200));

  it("lists everybody's, newest first, in pages that stay while others are made", async () => {
    const mine: string[] = [];
    for (let count = 0; count < 3; count++) mine.unshift((await matchTrade(world())).settlementId);
    const first = await list({ limit: "2" });
    expect(ids(first)).to.deep.equal(mine.slice(0, 2));
    expect(first.body.total).to.be.at.least(3);
    await matchTrade(world());
    const second = await list({ limit: "2", cursor: first.body.next_cursor });
    expect(ids(second)[0]).to.equal(mine[2]);
    expect(second.body.offset).to.equal(2);
    expect(ids(await list({ limit: "2", offset: "2" }))).to.deep.equal(mine.slice(1, 3));
  });

  it("finds those of a platform or an environment on either side", async () => {
    const { settlementId, seller, buyer } = await agreedTrade(world());
    for (const side of [seller, buyer]) {
      expect(ids(await list({ platform_id: side.platformId }))).to.deep.equal([settlementId]);
      expect(ids(await list({ environment_id: side.environmentId }))).to.deep.equal([settlementId]);
    }
    const other = await createTenant(world());
    const none = await list({ platform_id: other.platformId });
    expect(none.body).to.deep.equal({ items: [], total: 0, limit: 200, offset: 0, next_cursor: null });
  });

  it("filters by the shown state, the template or its alias, and the time", async () => {
    const { settlementId, hash, seller, settlement } = await agreedTrade(world());
    const platform_id = seller.platformId;
    expect(ids(await list({ platform_id, state: "INSTRUCTED" }))).to.deep.equal([settlementId]);
    await indexState(world(), hash, "AWAITING_DEPOSITS");
    expect(ids(await list({ platform_id, state: "INSTRUCTED" }))).to.deep.equal([]);
    expect(ids(await list({ platform_id, state: "AWAITING_DEPOSITS" }))).to.deep.equal([settlementId]);
    for (const template_slug of ["dvp-cross-chain", "cross_platform_dvp"]) {
      expect(ids(await list({ platform_id, template_slug }))).to.deep.equal([settlementId]);
    }
    expect(ids(await list({ platform_id, template_slug: "dvp-brokered" }))).to.deep.equal([]);
    const at = new Date(settlement.created_at).getTime();
    const shift = (ms: number) => new Date(at + ms).toISOString();
    expect(ids(await list({ platform_id, created_from: shift(0), created_to: shift(0) }))).to.deep.equal([
      settlementId,
    ]);
    expect(ids(await list({ platform_id, created_from: shift(1) }))).to.deep.equal([]);
    expect(ids(await list({ platform_id, created_to: shift(-1) }))).to.deep.equal([]);
  });

  it("finds by the beginning of either side's key, whatever signs are in it", async () => {
    const mark = crypto.randomUUID();
    const keys = { seller: `${mark}%_\\one`, buyer: `${mark}-two` };
    const { settlementId } = await matchTrade(world(), {
      seller: { idempotency_key: keys.seller },
      buyer: { idempotency_key: keys.buyer },
    });
    for (const idempotency_key of [mark, `${mark}%`, `${mark}%_`, keys.seller, keys.buyer]) {
      expect(ids(await list({ idempotency_key })), idempotency_key).to.deep.equal([settlementId]);
    }
    for (const idempotency_key of [`${mark}_`, `${mark}%%`, "two", `%${mark}`]) {
      expect(ids(await list({ idempotency_key })), idempotency_key).to.deep.equal([]);
    }
  });

  it("422 names what is wrong with the query", async () => {
    const cases: [Record<string, string>, string][] = [
      [{ platform_id: "none" }, "platform_id"],
      [{ environment_id: "1" }, "environment_id"],
      [{ state: "LOST" }, "state"],
      [{ created_from: "2026-01-01" }, "created_from"],
      [{ limit: "201" }, "limit"],
      [{ limit: "0" }, "limit"],
      [{ trade_reference: "x" }, "trade_reference"],
      [{ cursor: "none" }, "cursor"],
    ];
    for (const [query, field] of cases) {
      const { status, body } = await list(query);
      expect(status, field).to.equal(422);
      expect(body.detail[0].loc).to.deep.equal(["query", field]);
    }
  });
});
