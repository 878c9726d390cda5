import { randomUUID } from "node:crypto";
import { expect } from "chai";
import type { Hex } from "viem";
import { checkRows, decisionPath, screenTrade, userOf } from "../../support/checks.ts";
import type { Answer, Json } from "../../support/client.ts";
import { HOME } from "../../support/deployment.ts";
import { hashOf } from "../../support/facts.ts";
import { createTenant } from "../../support/tenants.ts";
import { matchTrade, type Trade } from "../../support/trades.ts";
import { useWorld, type World } from "../../support/world.ts";

/** The chain's word that a settlement is over. */
async function indexVerdict({ db }: World, hash: Hex, verdict: "execute" | "rollback", chainId = HOME): Promise<void> {
  await db
    .insertInto("indexer.settlement")
    .values({
      chain_id: BigInt(chainId),
      settlement_hash: hash,
      ref: null,
      ruleset: null,
      terms: null,
      created: true,
      state: verdict === "execute" ? "EXECUTING_SWAP" : "TIMED_OUT",
      verdict,
      transition_count: 5,
      block_number: 200n,
      block_hash: hashOf("block 200"),
      block_timestamp: 1_790_000_200n,
      tx_hash: hashOf("verdict"),
    })
    .execute();
}

describe("POST /v1/settlements/{settlement_id}/compliance-decision refused", () => {
  const world = useWorld();
  let trade: Trade;
  beforeEach(async () => {
    trade = await matchTrade(world());
  });
  const decide = (by: Json, json: Json = { decision: "approve" }) =>
    world().call("POST", decisionPath(trade), { ...by, json });
  const refused = ({ status, body }: Answer, expected: number, code: string) =>
    expect([status, body.code]).to.deep.equal([expected, code]);
  const untouched = async () => {
    const rows = await checkRows(world(), trade);
    expect(rows.filter((row) => row.decided_by !== null)).to.deep.equal([]);
    const log = world().db.selectFrom("keystone.activity_log").select("id").where("category", "=", "compliance");
    expect(await log.where("resource_id", "=", trade.settlementId).execute()).to.deep.equal([]);
  };

  it("404 for a settlement of others, one that there is not, and what is no id", async () => {
    await screenTrade(world(), trade, { seller_entity: "flagged" });
    const stranger = await createTenant(world());
    refused(await decide({ token: stranger.token }), 404, "not_found");
    for (const settlementId of [randomUUID(), "none"]) {
      const answer = await world().call("POST", decisionPath({ settlementId }), {
        token: stranger.token,
        json: { decision: "approve" },
      });
      refused(answer, 404, "not_found");
    }
    await untouched();
  });

  it("409 when nothing of the caller's parties is flagged", async () => {
    refused(await decide({ token: trade.seller.token }), 409, "not_awaiting_compliance_decision");
    await screenTrade(world(), trade, { buyer_entity: "flagged", seller_entity: "pending", seller_wallet: "error" });
    const answer = await decide({ token: trade.seller.token });
    refused(answer, 409, "not_awaiting_compliance_decision");
    expect(answer.body.detail).to.equal("Settlement is not awaiting a compliance decision");
    await untouched();
  });

  it("409 when the settlement has ended meanwhile, by the coordinator's chain and no other", async () => {
    for (const verdict of ["rollback", "execute"] as const) {
      trade = await matchTrade(world());
      await screenTrade(world(), trade, { seller_entity: "flagged" });
      const path = `/v1/settlements/${trade.settlementId}`;
      const { settlement_hash } = (await world().call("GET", path, { token: trade.seller.token })).body;
      await indexVerdict(world(), settlement_hash, verdict);
      refused(await decide({ token: trade.seller.token }), 409, "not_awaiting_compliance_decision");
      await untouched();
    }
    trade = await matchTrade(world());
    await screenTrade(world(), trade, { seller_entity: "flagged" });
    const path = `/v1/settlements/${trade.settlementId}`;
    const { settlement_hash } = (await world().call("GET", path, { token: trade.seller.token })).body;
    await indexVerdict(world(), settlement_hash, "rollback", 1);
    expect((await decide({ token: trade.seller.token })).status).to.equal(200);
  });

  it("422 reason_required from a user without one, while a machine needs none", async () => {
    await screenTrade(world(), trade, { seller_entity: "flagged" });
    const by = await userOf(world(), trade.seller, ["compliance:decide"]);
    for (const reason of [undefined, null, "  "]) {
      const answer = await decide(by, { decision: "approve", reason });
      refused(answer, 422, "reason_required");
      expect(answer.body.context).to.deep.equal({ loc: ["body", "reason"] });
    }
    await untouched();
    expect((await decide({ token: trade.seller.token })).status).to.equal(200);
  });

  it("422 validation_error that names the field", async () => {
    await screenTrade(world(), trade, { seller_entity: "flagged" });
    const faults: [Json, string, string][] = [
      [{}, "decision", "missing"],
      [{ decision: "maybe" }, "decision", "enum"],
      [{ decision: "approve", reason: "" }, "reason", "string_too_short"],
      [{ decision: "approve", reason: "x".repeat(2001) }, "reason", "string_too_long"],
      [{ decision: "approve", reason: 1 }, "reason", "string_type"],
      [{ decision: "approve", confirm: true }, "confirm", "extra_forbidden"],
    ];
    for (const [json, field, type] of faults) {
      const { status, body } = await decide({ token: trade.seller.token }, json);
      expect([status, body.code]).to.deep.equal([422, "validation_error"]);
      expect(body.detail.map(({ loc, type }: Json) => [loc, type])).to.deep.equal([[["body", field], type]]);
    }
    await untouched();
    expect(
      (await decide({ token: trade.seller.token }, { decision: "approve", reason: "x".repeat(2000) })).status,
    ).to.equal(200);
  });

  it("403 to a user who may write settlements and not decide, and to a machine that only reads", async () => {
    await screenTrade(world(), trade, { seller_entity: "flagged" });
    const operator = await userOf(world(), trade.seller, ["settlements:read", "settlements:write"]);
    refused(await decide(operator, { decision: "approve", reason: "I may" }), 403, "insufficient_scope");
    await untouched();
  });
});
