import { evidenceHash } from "@keystoneos/protocol";
import { expect } from "chai";
import {
  adminDo,
  adminGet,
  agreedTrade,
  CONFIRMED,
  intentsOf,
  interventionsLogged,
  OPERATOR,
} from "../../support/admin.ts";
import { indexState, setHeads } from "../../support/facts.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/admin/settlements/{settlement_id}/transition 200", () => {
  const world = useWorld();
  before(() => setHeads(world(), 200));

  it("stores one intent with its evidence and one warning, and leaves the state to the chain", async () => {
    const { settlementId, hash, seller, settlement } = await agreedTrade(world());
    await indexState(world(), hash, "INSTRUCTED");
    const body = { ...CONFIRMED, target_state: "COMPLIANCE_CHECKING" };
    const { status, body: answer } = await adminDo(world(), `/settlements/${settlementId}/transition`, body);
    expect(status).to.equal(200);
    const [intent, ...more] = await intentsOf(world(), settlementId);
    expect(more).to.deep.equal([]);
    expect(answer).to.deep.equal({
      settlement_id: settlementId,
      previous_state: "INSTRUCTED",
      current_state: "INSTRUCTED",
      action: "transition",
      status: "submitted",
      intent_id: intent?.id,
    });
    const evidence = evidenceHash({ intent_id: intent?.id ?? "", actor: OPERATOR, reason: CONFIRMED.reason });
    expect(intent).to.include({
      kind: "transition",
      status: "open",
      target_state: "COMPLIANCE_CHECKING",
      evidence_hash: evidence,
      actor: OPERATOR,
      reason: CONFIRMED.reason,
    });

    const [row, ...others] = await interventionsLogged(world(), settlementId);
    expect(others).to.deep.equal([]);
    expect(row).to.include({
      type: "settlement.intervention_requested",
      severity: "warning",
      actor_type: "admin",
      actor_id: OPERATOR,
      platform_id: settlement.platform_id,
      environment_id: settlement.environment_id,
      resource_type: "settlement",
      method: "POST",
      path: `/v1/admin/settlements/${settlementId}/transition`,
      status_code: 200,
    });
    expect(row?.detail).to.deep.equal({
      action: "transition",
      reason: CONFIRMED.reason,
      confirm: true,
      intent_id: intent?.id,
      state: "INSTRUCTED",
      target_state: "COMPLIANCE_CHECKING",
      evidence_hash: evidence,
    });

    const read = await world().call("GET", `/v1/settlements/${settlementId}`, { token: seller.token });
    expect(read.body.state).to.equal("INSTRUCTED");
    const manual = read.body.transactions.filter(({ kind }: { kind: string }) => kind === "manual");
    expect(manual).to.have.length(1);
    expect(manual[0]).to.include({ status: "queued", hash: null, block_number: null, intent_id: intent?.id });
  });

  it("shows the step of one that failed or was sent where the others are", async () => {
    const { settlementId, hash } = await agreedTrade(world());
    await indexState(world(), hash, "INSTRUCTED");
    const { body } = await adminDo(world(), `/settlements/${settlementId}/rollback`);
    const shown = async () => {
      const settlement = await adminGet(world(), `/settlements/${settlementId}`);
      return settlement.body.transactions.map((each: Record<string, unknown>) => [each.kind, each.status, each.hash]);
    };
    const { db } = world();
    await db
      .updateTable("keystone.intent")
      .set({ status: "failed", error: "SettlementCoordinator_TransitionNotAllowed(…)" })
      .where("id", "=", body.intent_id)
      .execute();
    expect(await shown()).to.deep.equal([["manual", "failed", null]]);
    await db.updateTable("keystone.intent").set({ status: "done" }).where("id", "=", body.intent_id).execute();
    expect(await shown()).to.deep.equal([]);
  });

  it("says already_done of a state that it is in, and of a step under way by whatever name, and adds nothing", async () => {
    const { settlementId, hash } = await agreedTrade(world());
    await indexState(world(), hash, "COMPLIANCE_CHECKING");
    const there = { ...CONFIRMED, target_state: "COMPLIANCE_CHECKING" };
    const { body: same } = await adminDo(world(), `/settlements/${settlementId}/transition`, there);
    expect(same).to.include({ status: "already_done", intent_id: null, current_state: "COMPLIANCE_CHECKING" });
    expect(await intentsOf(world(), settlementId)).to.deep.equal([]);

    const { body: rollback } = await adminDo(world(), `/settlements/${settlementId}/rollback`);
    const back = { reason: "Another one's reason", confirm: true, target_state: "ROLLED_BACK" };
    const { body: again } = await adminDo(world(), `/settlements/${settlementId}/transition`, back);
    expect(again).to.include({ status: "already_done", intent_id: rollback.intent_id, action: "transition" });
    expect(await intentsOf(world(), settlementId)).to.have.length(1);
    expect(await interventionsLogged(world(), settlementId)).to.have.length(1);
  });

  it("names the operator in the event of a step that the relayer took with this evidence, and nobody else's", async () => {
    const { settlementId, hash, seller } = await agreedTrade(world());
    await indexState(world(), hash, "INSTRUCTED");
    const body = { ...CONFIRMED, target_state: "COMPLIANCE_CHECKING" };
    const { body: answer } = await adminDo(world(), `/settlements/${settlementId}/transition`, body);
    await indexState(world(), hash, "COMPLIANCE_CHECKING");
    const [intent] = await intentsOf(world(), settlementId);
    const { db } = world();
    const ours = db.updateTable("indexer.transition").where("settlement_hash", "=", hash).where("sequence", "=", 2);
    await ours.set({ evidence_hash: intent?.evidence_hash ?? null }).execute();
    const trigger = async () => {
      const events = await world().call("GET", `/v1/settlements/${settlementId}/events`, { token: seller.token });
      return events.body.items[1].triggered_by;
    };
    // Whoever saw the evidence could send it as well; it proves something of our transactions only.
    expect(await trigger()).to.match(/^chain:0x/);
    const { tx_hash } = await db
      .selectFrom("indexer.transition")
      .select("tx_hash")
      .where("settlement_hash", "=", hash)
      .where("sequence", "=", 2)
      .executeTakeFirstOrThrow();
    await db
      .insertInto("keystone.chain_transaction")
      .values({
        chain_id: 11155111n,
        signer: "0x1111111111111111111111111111111111111111",
        nonce: BigInt(Number.parseInt(tx_hash.slice(2, 10), 16)),
        intent_id: answer.intent_id,
        settlement_id: settlementId,
        kind: "manual",
        subject: answer.intent_id,
        to_address: "0x2222222222222222222222222222222222222222",
        data: "0x",
        gas_limit: 1n,
        max_fee_per_gas: 1n,
        max_priority_fee_per_gas: 1n,
        raw: "0x",
        hash: tx_hash,
        status: "pending",
      })
      .execute();
    expect(await trigger()).to.equal(`admin:${OPERATOR}`);
    await ours.set({ evidence_hash: `0x${"0".repeat(64)}` }).execute();
    expect(await trigger()).to.equal("system:relayer");
  });
});
