import { REPO_RULESET, rulesetId, StateKind } from "@keystoneos/protocol";
import { connect, migrate, type Store } from "@keystoneos/store";
import { expect } from "chai";
import { concat, keccak256, zeroAddress } from "viem";
import { sampleDeployment } from "../../../packages/store/test/deployment.ts";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { type FactsSource, loadFacts } from "../../src/facts/load.ts";
import { SecretBook } from "../../src/facts/secrets.ts";
import { createLogger } from "../../src/log.ts";
import { keyring, storeAgreed } from "../support/agreed.ts";
import { A, B, guid, T0 } from "../support/facts.ts";
import { createViews, show } from "../support/views.ts";

describe("loadFacts", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let db: Store;
  let lines: string[];
  let source: FactsSource;

  beforeEach(async () => {
    database = await freshDatabase();
    await migrate({ databaseUrl: database.url });
    db = connect({ databaseUrl: database.url });
    await createViews(db);
    lines = [];
    const log = createLogger("info", { write: (line) => void lines.push(line) });
    const attester = `0x${"A".repeat(40)}` as const;
    source = {
      db,
      deployment: sampleDeployment(),
      attester,
      operator: null,
      secrets: new SecretBook(keyring, log),
      deepFinality: [],
      log,
    };
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  const load = async (...intents: string[]) => loadFacts(source, intents, new Map());

  it("knows a settlement that no chain has shown, with its terms, ruleset and parties", async () => {
    const { intentId, settlementHash, terms, partyIds } = await storeAgreed(db);
    const [facts] = await load(intentId);
    expect(facts).to.deep.include({
      intentId,
      settlementHash,
      coordinator: null,
      screeningStates: ["COMPLIANCE_CHECKING"],
      legs: [null, null],
    });
    expect(facts?.terms.parties).to.deep.equal(terms.parties);
    expect(facts?.providers).to.deep.equal({ entity: ["sanctions_list"], wallet: ["sanctions_list"] });
    expect(facts?.parties.map(({ id, holdsSecret }) => ({ id, ...holdsSecret }))).to.deep.equal(
      partyIds.map((id) => ({ id, entity: true, wallet: true })),
    );
  });

  it("puts what the chains show of several settlements to each its own", async () => {
    const [one, two] = [await storeAgreed(db), await storeAgreed(db)];
    const at = { settlement_hash: one.settlementHash };
    const place = { block_number: 7n, block_hash: guid(0), block_timestamp: BigInt(T0), tx_hash: guid(9) };
    await show(db, "chain_head", { chain_id: BigInt(A), block_number: 10n, block_timestamp: BigInt(T0) });
    await show(db, "settlement", {
      ...at,
      ...place,
      chain_id: BigInt(A),
      created: true,
      state: "AWAITING_DEPOSITS",
      verdict: "none",
    });
    await show(db, "leg", { ...at, chain_id: BigInt(B), leg_index: 1, status: "deposited", block_number: 6n });
    await show(db, "leg", { ...at, chain_id: BigInt(A), leg_index: 1, status: "refunded", block_number: 6n });
    await show(db, "settlement_chain", {
      ...at,
      chain_id: BigInt(B),
      locked: true,
      verdict: "none",
      lock_reported: false,
      release_reported: false,
      dispatched: 0,
    });
    await show(db, "revealed_wallet", { ...at, chain_id: BigInt(B), party_index: 3, wallet: zeroAddress });
    const message = {
      ...at,
      kind: "LOCKED" as const,
      source_chain_id: BigInt(B),
      target_chain_id: BigInt(A),
      sent_tx_hash: guid(9),
    };
    await show(db, "message", { ...message, guid: guid(1) }, { ...message, guid: guid(2), ignored_reason: "0x12" });
    await show(db, "chain_event", { ...at, ...place, chain_id: BigInt(B), event: "MessageSent", log_index: 3 });

    const [first, second] = await load(one.intentId, two.intentId);
    expect(first?.coordinator).to.deep.equal({
      created: true,
      state: "AWAITING_DEPOSITS",
      verdict: "none",
      blockNumber: 7n,
    });
    expect(first?.legs).to.deep.equal([null, { status: "deposited", blockNumber: 6n }]);
    expect(first?.escrows.get(B)).to.deep.equal({
      locked: true,
      verdict: "none",
      lockReported: false,
      releaseReported: false,
      revealed: new Set([3]),
    });
    expect(first?.messages.map(({ guid, received, sentAt }) => ({ guid, received, sentAt }))).to.have.deep.members([
      { guid: guid(1), received: false, sentAt: T0 },
      { guid: guid(2), received: true, sentAt: T0 },
    ]);
    expect([...(first?.heads ?? [])]).to.deep.equal([[A, { number: 10n, timestamp: T0, finalized: 5 }]]);
    expect(second).to.deep.include({ coordinator: null, legs: [null, null], messages: [] });
  });

  it("tells a waived leg that is still here from one that has gone back", async () => {
    const one = await storeAgreed(db);
    const at = { settlement_hash: one.settlementHash, status: "waived" as const, block_number: 6n };
    await show(db, "leg", { ...at, chain_id: BigInt(A), leg_index: 0 });
    await show(db, "leg", { ...at, chain_id: BigInt(B), leg_index: 1, release_tx_hash: guid(1) });
    const [facts] = await load(one.intentId);
    expect(facts?.legs.map((leg) => leg?.status)).to.deep.equal(["waived", "returned"]);
  });

  it("takes of each attester the newest word about exactly these parties", async () => {
    const { intentId, settlementHash, terms } = await storeAgreed(db);
    const word = {
      chain_id: BigInt(A),
      settlement_hash: settlementHash,
      attester: `0x${"a".repeat(40)}` as const,
      parties_hash: keccak256(concat([...terms.parties])),
      kind: "attested" as const,
      valid_until: BigInt(T0),
    };
    await show(
      db,
      "attestation",
      { ...word, sequence: String(2n ** 64n - 3n), kind: "revoked", statuses: "1,4,1,1", valid_until: null },
      { ...word, sequence: "9", statuses: "1,1,1,1" },
      { ...word, sequence: String(2n ** 64n - 1n), statuses: "0,0,0,0", parties_hash: guid(5) },
      { ...word, sequence: String(2n ** 64n - 2n), statuses: "1,1,1,2", chain_id: BigInt(B) },
    );
    const [facts] = await load(intentId);
    expect(facts?.statements).to.deep.equal([
      { attester: word.attester, sequence: 2n ** 64n - 3n, statuses: [1, 4, 1, 1], validUntil: T0 },
    ]);
  });

  it("trusts no commitment that opens to another wallet or name than the one that is screened", async () => {
    const { intentId, partyIds } = await storeAgreed(db);
    const [seller = "", buyer = ""] = partyIds;
    await db
      .updateTable("keystone.party")
      .set({ wallet_address: `0x${"9".repeat(40)}` })
      .where("id", "=", seller)
      .execute();
    await db.updateTable("keystone.party").set({ name: "Someone Else" }).where("id", "=", buyer).execute();
    const [facts] = await load(intentId);
    expect(facts?.parties.map((party) => party.holdsSecret)).to.deep.equal([
      { entity: true, wallet: false },
      { entity: false, wallet: true },
    ]);
    expect(lines.filter((line) => line.includes("neither attested nor revealed"))).to.have.length(2);
  });

  it("says which secret cannot be opened under its key, and goes on without it", async () => {
    const { intentId, partyIds, secrets } = await storeAgreed(db);
    await db
      .updateTable("keystone.commitment_secret")
      .set({ key_id: "lost" })
      .where("party_id", "=", partyIds[0] ?? "")
      .where("kind", "=", "wallet")
      .execute();
    const [facts] = await load(intentId);
    expect(facts?.parties[0]?.holdsSecret).to.deep.equal({ entity: true, wallet: false });
    expect(lines.join()).to.contain('the id \\"lost\\"').and.to.not.contain(secrets[0]?.wallet.slice(2));
  });

  it("knows of a repo's closing in what kind of state its opening is at the coordinator", async () => {
    const opening = await storeAgreed(db);
    const ruleset = rulesetId(REPO_RULESET);
    const closing = await storeAgreed(db, { ruleset, parent: opening.settlementHash, notBefore: T0 });
    const other = await storeAgreed(db, { ruleset, parent: guid(5), notBefore: T0 });
    const all = [opening, closing, other].map(({ intentId }) => intentId);
    const kinds = async () => (await load(...all)).map(({ parentKind }) => parentKind);
    expect(await kinds()).to.deep.equal([undefined, undefined, undefined]);

    const shown = { settlement_hash: opening.settlementHash, verdict: "none" as const, block_number: 7n };
    await show(db, "settlement", { ...shown, chain_id: BigInt(B), created: true, state: "FINALIZED" });
    expect(await kinds()).to.deep.equal([undefined, undefined, undefined]);
    await show(db, "settlement", { ...shown, chain_id: BigInt(A), created: true, state: "AWAITING_DEPOSITS" });
    expect(await kinds()).to.deep.equal([undefined, StateKind.DEPOSIT, undefined]);
    const facts = await load(closing.intentId);
    expect(facts[0]?.ruleset).to.deep.equal(REPO_RULESET);
    expect(facts[0]?.coordinator).to.equal(null);
    for (const [state, kind] of [
      ["FINALIZED", StateKind.FINALIZED],
      ["ROLLED_BACK", StateKind.FAILED],
    ] as const) {
      await db
        .updateTable("indexer.settlement" as "indexer.chain_head")
        .set({ state } as never)
        .execute();
      expect(await kinds()).to.deep.equal([undefined, kind, undefined]);
    }
  });

  it("leaves out a settlement whose terms name a ruleset that its template has not", async () => {
    const foreign = await storeAgreed(db, { ruleset: guid(5) });
    expect(await load(foreign.intentId)).to.deep.equal([]);
    expect(lines.join()).to.contain("the template has no ruleset");
  });

  it("leaves out a settlement that does not agree with itself, and says why", async () => {
    const good = await storeAgreed(db);
    const foreign = await storeAgreed(db, { coordinator: `0x${"9".repeat(40)}` });
    const forged = await storeAgreed(db);
    await db
      .updateTable("keystone.settlement")
      .set({ settlement_hash: guid(1) })
      .where("id", "=", forged.settlementId)
      .execute();
    const loaded = await load(good.intentId, foreign.intentId, forged.intentId);
    expect(loaded.map((facts) => facts.intentId)).to.deep.equal([good.intentId]);
    expect(lines.filter((line) => line.includes("does not agree with itself"))).to.have.length(2);
    expect(lines.join()).to.contain("the terms name the coordinator").and.to.contain("the terms hash to");
  });

  it("knows what operators have asked for and is not over, and when they last had everything tried anew", async () => {
    const [one, other] = [await storeAgreed(db), await storeAgreed(db)];
    const asked = { settlement_id: one.settlementId, actor: "operator|1", reason: "Because" };
    const at = (seconds: number) => new Date((T0 + seconds) * 1000);
    const ids: string[] = [];
    for (const [index, row] of [
      { kind: "retry" as const, status: "done" as const },
      { kind: "rollback" as const, target_state: "ROLLED_BACK", evidence_hash: guid(1) },
      { kind: "transition" as const, target_state: "COMPLIANCE_CHECKING", evidence_hash: guid(2) },
      { kind: "transition" as const, target_state: "TIMED_OUT", evidence_hash: guid(3), status: "failed" as const },
      { kind: "trigger_maturity" as const },
    ].entries()) {
      const values = { ...asked, ...row, created_at: at(index) };
      const { id } = await db.insertInto("keystone.intent").values(values).returning("id").executeTakeFirstOrThrow();
      ids.push(id);
    }
    const entered = { settlement_hash: one.settlementHash, to_state: "COMPLIANCE_CHECKING" };
    await show(db, "transition", { ...entered, chain_id: BigInt(A), sequence: 2, block_number: 7n });
    await show(db, "transition", { ...entered, chain_id: BigInt(B), sequence: 3, block_number: 1n });
    const [first, second] = await load(one.intentId, other.intentId);
    expect(first?.interventions).to.deep.equal([
      { intentId: ids[1], step: { target: "ROLLED_BACK", evidenceHash: guid(1) }, reachedIn: null },
      { intentId: ids[2], step: { target: "COMPLIANCE_CHECKING", evidenceHash: guid(2) }, reachedIn: 7n },
      { intentId: ids[4], step: null, reachedIn: null },
    ]);
    expect(first?.retry).to.deep.equal({ intentId: ids[4], askedAt: at(4) });
    expect(second).to.deep.include({ interventions: [], retry: null });
  });

  it("leaves out what was closed", async () => {
    const { intentId } = await storeAgreed(db);
    await db.updateTable("keystone.intent").set({ status: "done" }).execute();
    expect(await load(intentId)).to.deep.equal([]);
  });
});
