import { expect } from "chai";
import { sql } from "kysely";
import type { Hex } from "viem";
import { adminGet, agreedTrade } from "../../support/admin.ts";
import type { Json } from "../../support/client.ts";
import { HOME } from "../../support/deployment.ts";
import { hashOf, indexState, setHeads } from "../../support/facts.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { matchTrade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

const ids = ({ body }: Json): string[] => body.items.map(({ id }: Json) => id);

describe("GET /v1/admin/settlements/stuck", () => {
  const world = useWorld();
  before(() => setHeads(world(), 200));
  const stuck = (query: Record<string, string>) =>
    adminGet(world(), `/settlements/stuck?${new URLSearchParams(query)}`);

  /** Was agreed so long ago. */
  async function age(id: string, seconds: number): Promise<void> {
    await world()
      .db.updateTable("keystone.settlement")
      .set({ created_at: sql<Date>`now() - make_interval(secs => ${seconds})` })
      .where("id", "=", id)
      .execute();
  }

  /** Something happened on a chain so long ago. */
  async function happened(hash: Hex, contract: "escrow" | "registry", secondsAgo: number): Promise<void> {
    const block = Math.floor(Date.now() / 1000) - secondsAgo;
    await world()
      .db.insertInto("indexer.chain_event")
      .values({
        chain_id: BigInt(HOME),
        block_number: 100n,
        block_hash: hashOf(`${hash} ${contract} ${secondsAgo}`),
        block_timestamp: BigInt(block),
        tx_hash: hashOf(hash),
        log_index: 0,
        contract,
        address: "0x1111111111111111111111111111111111111111",
        event: "Something",
        settlement_hash: hash,
        args: "{}",
      })
      .execute();
  }

  async function pair(): Promise<{ tenant: Tenant; first: string; second: string; third: string }> {
    const tenant = await createTenant(world());
    const [first, second, third] = [
      (await matchTrade(world(), { tenants: [tenant, await createTenant(world())] })).settlementId,
      (await matchTrade(world(), { tenants: [tenant, await createTenant(world())] })).settlementId,
      (await matchTrade(world(), { tenants: [tenant, await createTenant(world())] })).settlementId,
    ];
    return { tenant, first, second, third };
  }

  it("lists what has stood still for 15 minutes unless said, the stalest first, page by page", async () => {
    const { tenant, first, second, third } = await pair();
    await age(first, 1000);
    await age(second, 2000);
    await age(third, 800);
    const platform_id = tenant.platformId;
    const answer = await stuck({ platform_id });
    expect(ids(answer)).to.deep.equal([second, first]);
    expect(answer.body.total).to.equal(2);
    for (const [index, seconds] of [2000, 1000].entries()) {
      const item = answer.body.items[index];
      expect(item.stuck_reason).to.equal("no_progress");
      expect(item.stale_seconds).to.be.within(seconds, seconds + 60);
    }
    expect(ids(await stuck({ platform_id, stale_after_seconds: "700" }))).to.deep.equal([second, first, third]);
    expect(ids(await stuck({ platform_id, stale_after_seconds: "1900" }))).to.deep.equal([second]);
    const page = await stuck({ platform_id, stale_after_seconds: "700", limit: "1" });
    const next = await stuck({ platform_id, stale_after_seconds: "700", limit: "1", cursor: page.body.next_cursor });
    expect([...ids(page), ...ids(next)]).to.deep.equal([second, first]);
    expect(next.body.offset).to.equal(1);
  });

  it("counts what happens on any chain as progress, but no word of the registry, which is anyone's", async () => {
    const { settlementId, hash, seller } = await agreedTrade(world());
    await age(settlementId, 5000);
    const platform_id = seller.platformId;
    await happened(hash, "registry", 10);
    expect(ids(await stuck({ platform_id }))).to.deep.equal([settlementId]);
    await happened(hash, "escrow", 1000);
    expect((await stuck({ platform_id })).body.items[0].stale_seconds).to.be.within(1000, 1060);
    await happened(hash, "escrow", 20);
    expect(ids(await stuck({ platform_id }))).to.deep.equal([]);
  });

  it("lists what is past its timeout, however much happens, until it is at an end", async () => {
    const { settlementId, hash, seller } = await agreedTrade(world());
    await world()
      .db.updateTable("keystone.settlement")
      .set({ timeout_at: new Date(Date.now() - 1000) })
      .where("id", "=", settlementId)
      .execute();
    const platform_id = seller.platformId;
    const [item] = (await stuck({ platform_id })).body.items;
    expect(item).to.include({ id: settlementId, stuck_reason: "timeout_passed" });
    expect(item.stale_seconds).to.be.below(60);
    await indexState(world(), hash, "FINALIZED");
    expect(ids(await stuck({ platform_id }))).to.deep.equal([]);
  });

  it("leaves a repo's closing alone until its maturity", async () => {
    const { settlementId, hash, seller } = await agreedTrade(world());
    await age(settlementId, 5000);
    const at = async (notBefore: number) => {
      await world()
        .db.updateTable("keystone.settlement")
        .set({ terms: sql`jsonb_set(terms, '{notBefore}', ${String(notBefore)}::jsonb)` as never })
        .where("id", "=", settlementId)
        .execute();
      return stuck({ platform_id: seller.platformId });
    };
    await indexState(world(), hash, "INSTRUCTED");
    const waiting = { state: "AWAITING_MATURITY" };
    await world().db.updateTable("indexer.settlement").set(waiting).where("settlement_hash", "=", hash).execute();
    const now = Math.floor(Date.now() / 1000);
    expect(ids(await at(now + 1000))).to.deep.equal([]);
    expect(ids(await at(now - 1000))).to.deep.equal([settlementId]);
  });

  it("filters by state", async () => {
    const { settlementId, hash, seller } = await agreedTrade(world());
    await age(settlementId, 5000);
    await indexState(world(), hash, "AWAITING_DEPOSITS");
    const platform_id = seller.platformId;
    expect(ids(await stuck({ platform_id, state: "AWAITING_DEPOSITS" }))).to.deep.equal([settlementId]);
    expect(ids(await stuck({ platform_id, state: "INSTRUCTED" }))).to.deep.equal([]);
  });

  it("422 outside of 60 seconds to 30 days", async () => {
    for (const stale_after_seconds of ["59", "2592001", "x", "1.5"]) {
      const { status, body } = await stuck({ stale_after_seconds });
      expect(status).to.equal(422);
      expect(body.detail[0].loc).to.deep.equal(["query", "stale_after_seconds"]);
    }
    for (const stale_after_seconds of ["60", "2592000"]) {
      expect((await stuck({ stale_after_seconds, limit: "1" })).status).to.equal(200);
    }
  });
});
