import { expect } from "chai";
import { CompiledQuery } from "kysely";
import { checkRows, decisionPath, screenTrade, userOf } from "../../support/checks.ts";
import type { Json } from "../../support/client.ts";
import { indexAttestation, indexState, setHeads } from "../../support/facts.ts";
import type { Tenant } from "../../support/tenants.ts";
import { matchTrade, type Trade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/settlements/{settlement_id}/compliance-decision 200", () => {
  const world = useWorld();
  let trade: Trade;
  beforeEach(async () => {
    await setHeads(world(), 1000);
    trade = await matchTrade(world());
  });
  const read = async (tenant: Tenant): Promise<Json> =>
    (await world().call("GET", `/v1/settlements/${trade.settlementId}`, { token: tenant.token })).body;
  const decide = (tenant: Tenant, json: Json) =>
    world().call("POST", decisionPath(trade), { token: tenant.token, json });

  /** The last statement of a decision fails. */
  const refuseActivityOf = (settlementId: string) =>
    world().db.executeQuery(
      CompiledQuery.raw(
        `CREATE OR REPLACE FUNCTION refuse_activity() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''refused''; END';
         CREATE TRIGGER refused BEFORE INSERT ON keystone.activity_log FOR EACH ROW
           WHEN (NEW.resource_id = '${settlementId}') EXECUTE FUNCTION refuse_activity()`,
      ),
    );

  it("approves what is flagged of own parties, and shows the state that is indexed still", async () => {
    const { settlement_hash } = await read(trade.seller);
    await indexState(world(), settlement_hash, "COMPLIANCE_CHECKING");
    await screenTrade(world(), trade, { seller_entity: "flagged" });
    const { status, body } = await decide(trade.seller, { decision: "approve" });
    expect(status).to.equal(200);
    expect(body.state).to.equal("COMPLIANCE_CHECKING");
    expect(body.compliance.status).to.equal("cleared");
    const [check] = body.compliance.checks;
    expect(check).to.deep.include({
      status: "pass",
      decided_by: `m2m:${trade.seller.environmentId}`,
      decision_reason: null,
      reference_id: "reference-seller-entity",
      attestation: null,
    });
    expect(body).to.deep.equal(await read(trade.seller));
  });

  it("rejects: records a fail with the reason", async () => {
    await screenTrade(world(), trade, { seller_entity: "flagged", seller_wallet: "flagged" });
    const { body } = await decide(trade.seller, { decision: "reject", reason: "The beneficial owner is unknown" });
    expect(body.compliance.status).to.equal("failed");
    for (const check of body.compliance.checks) {
      expect(check).to.include({ status: "fail", decision_reason: "The beneficial owner is unknown" });
    }
  });

  it("decides own parties only, and each side its own", async () => {
    const checks = await screenTrade(world(), trade, { seller_entity: "flagged", buyer_entity: "flagged" });
    const statusOf = async (side: string) => {
      const id = checks.find((check) => check.side === side && check.check_type === "entity")?.id;
      return (await checkRows(world(), trade)).find((row) => row.id === id)?.status;
    };
    const first = await decide(trade.seller, { decision: "approve" });
    expect(first.body.compliance.status).to.equal("flagged");
    expect([await statusOf("seller"), await statusOf("buyer")]).to.deep.equal(["pass", "flagged"]);
    const again = await decide(trade.seller, { decision: "reject" });
    expect([again.status, again.body.code]).to.deep.equal([409, "not_awaiting_compliance_decision"]);
    const second = await decide(trade.buyer, { decision: "reject", reason: "Not our client" });
    expect(second.body.compliance.status).to.equal("failed");
    expect([await statusOf("seller"), await statusOf("buyer")]).to.deep.equal(["pass", "fail"]);
    expect(JSON.stringify(await read(trade.seller))).to.not.include("Not our client");
  });

  it("is logged for the caller's environment alone, in one transaction with the decision", async () => {
    const checks = await screenTrade(world(), trade, { buyer_wallet: "flagged" });
    const { db } = world();
    const id = checks.find((check) => check.side === "buyer" && check.check_type === "wallet")?.id;
    const by = await userOf(world(), trade.buyer, ["compliance:decide"], "user|officer");
    const json = { decision: "approve", reason: "Known since 2019" };
    await refuseActivityOf(trade.settlementId);
    expect((await world().call("POST", decisionPath(trade), { ...by, json })).status).to.equal(500);
    await db.executeQuery(CompiledQuery.raw("DROP TRIGGER refused ON keystone.activity_log"));
    expect((await checkRows(world(), trade)).find((row) => row.id === id)?.status).to.equal("flagged");

    const answer = await world().call("POST", decisionPath(trade), { ...by, json });
    expect(answer.status).to.equal(200);
    expect(answer.body.compliance.checks.find((check: Json) => check.id === id)).to.include({
      decided_by: "user:user|officer",
      decision_reason: "Known since 2019",
    });
    const rows = await db
      .selectFrom("keystone.activity_log")
      .selectAll()
      .where("resource_id", "=", trade.settlementId)
      .where("category", "=", "compliance")
      .execute();
    expect(rows).to.have.length(1);
    expect(rows[0]).to.deep.include({
      type: "compliance.approved",
      environment_id: trade.buyer.environmentId,
      platform_id: trade.buyer.platformId,
      actor_type: "user",
      actor_id: "user|officer",
      resource_type: "settlement",
      status_code: 200,
      detail: { decision: "approve", reason: "Known since 2019", check_ids: [id] },
    });
  });

  it("never hands out a deposit secret, in whatever state", async () => {
    const { settlement_hash } = await read(trade.seller);
    await indexState(world(), settlement_hash, "AWAITING_DEPOSITS");
    await screenTrade(world(), trade, { seller_entity: "flagged" });
    const { status, body } = await decide(trade.seller, { decision: "approve" });
    expect(status).to.equal(200);
    expect(body.legs.map((leg: Json) => leg.deposit_secret)).to.deep.equal([null, null]);
  });

  it("shows the attestation once the chain says what was decided, and none of an earlier word", async () => {
    const { settlement_hash, terms } = await read(trade.seller);
    await screenTrade(world(), trade, { seller_entity: "flagged" });
    await indexAttestation(world(), settlement_hash, terms, 2);
    const attestation = async () => (await read(trade.seller)).compliance.checks[0].attestation;
    expect(await attestation()).to.include({ block: 102 });
    await decide(trade.seller, { decision: "approve" });
    expect(await attestation()).to.equal(null);
    await indexAttestation(world(), settlement_hash, terms, 1, 2);
    expect(await attestation()).to.include({ attester: terms.attesters[0], block: 102 });
  });
});
