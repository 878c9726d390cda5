import { messengerAbi } from "@keystoneos/protocol/abi";
import { connect, migrate, type Store } from "@keystoneos/store";
import { createRegistry } from "@keystoneos/telemetry";
import { expect } from "chai";
import { sql } from "kysely";
import { encodeErrorResult, type Hex } from "viem";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { DueBook } from "../../src/gauges/due.ts";
import { registerGauges } from "../../src/gauges/register.ts";
import { SilenceBook } from "../../src/gauges/silence.ts";
import { storeAgreed } from "../support/agreed.ts";
import { A, B, cleared, created, escrow, factsOf, guid, heads, legsIn, NOW, policy, sent } from "../support/facts.ts";
import { createViews, show } from "../support/views.ts";

describe("what operators are told", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let db: Store;
  let settlement: Awaited<ReturnType<typeof storeAgreed>>;
  let due: DueBook;
  let silence: SilenceBook;
  let lastPass: Date | null;

  beforeEach(async () => {
    database = await freshDatabase();
    await migrate({ databaseUrl: database.url });
    db = connect({ databaseUrl: database.url });
    await createViews(db);
    settlement = await storeAgreed(db);
    due = new DueBook();
    silence = new SilenceBook();
    lastPass = null;
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  /** What /metrics shows of a metric, by its labels. */
  async function shown(metric: string): Promise<Record<string, number>> {
    const registry = createRegistry();
    registerGauges(registry, db, { due, silence, loop: { lastPass } });
    const lines = [...(await registry.text()).matchAll(new RegExp(`^${metric}(?:\\{(.*)\\})? (\\S+)$`, "gm"))];
    return Object.fromEntries(lines.map(([, labels = "", value]) => [labels.replaceAll('"', ""), Number(value)]));
  }
  const seconds = (ago: number) => BigInt(Math.floor(Date.now() / 1000) - ago);
  async function send(index: number, kind: "LOCKED" | "VERDICT" | "RELEASED", ago: number, changes = {}): Promise<Hex> {
    const [source, target] = kind === "VERDICT" ? [A, B] : [B, A];
    const tx: Hex = `0x${String(index).padStart(64, "0")}`;
    const settlement_hash = settlement.settlementHash;
    const route = { source_chain_id: BigInt(source), target_chain_id: BigInt(target), sent_tx_hash: tx };
    await show(db, "message", { guid: guid(index), settlement_hash, kind, ...route, ...changes });
    const event = { event: "MessageSent", settlement_hash, tx_hash: tx, block_timestamp: seconds(ago) };
    await show(db, "chain_event", { chain_id: BigInt(source), block_number: 5n, ...event });
    return guid(index);
  }
  const heard = (chainId: number, changes: object) =>
    show(db, "settlement_chain", {
      chain_id: BigInt(chainId),
      settlement_hash: settlement.settlementHash,
      locked: true,
      verdict: "none",
      lock_reported: false,
      release_reported: false,
      ...changes,
    });

  describe("messages", () => {
    const fromB = `source=${B},target=${A}`;

    it("wait from when they were sent until they are received, each on its route", async () => {
      await send(1, "LOCKED", 300);
      await send(2, "LOCKED", 100);
      await send(3, "VERDICT", 50);
      await send(4, "VERDICT", 900, { received_tx_hash: "0x1" });
      await send(5, "VERDICT", 900, { ignored_reason: "0x1" });
      expect(await shown("keystone_messages_waiting")).to.deep.equal({ [fromB]: 2, [`source=${A},target=${B}`]: 1 });
      const ages = await shown("keystone_oldest_message_seconds");
      expect(ages[fromB]).to.be.within(300, 330);
      expect(ages[`source=${A},target=${B}`]).to.be.within(50, 80);
    });

    it("are waited for no more when what they tell is known, or the settlement is over", async () => {
      await send(1, "LOCKED", 300);
      await send(2, "RELEASED", 200);
      await heard(B, { lock_reported: true });
      expect(await shown("keystone_messages_waiting")).to.deep.equal({ [fromB]: 1 });
      await db.updateTable("keystone.intent").set({ status: "done" }).execute();
      expect(await shown("keystone_messages_waiting")).to.deep.equal({});
    });

    it("leave a lock alone that comes after the verdict, and a verdict that its escrow has", async () => {
      await send(1, "LOCKED", 300);
      await send(2, "VERDICT", 300);
      await show(db, "settlement", {
        chain_id: BigInt(A),
        settlement_hash: settlement.settlementHash,
        verdict: "rollback",
      });
      expect(await shown("keystone_messages_waiting")).to.deep.equal({ [`source=${A},target=${B}`]: 1 });
      await heard(B, { verdict: "rollback" });
      expect(await shown("keystone_messages_waiting")).to.deep.equal({});
    });

    it("name the verifiers that are silent about those that wait", async () => {
      const route = { sourceChainId: B, targetChainId: A };
      for (const index of [1, 2, 3]) silence.note({ ...route, guid: await send(index, "LOCKED", 300) }, ["0xa", "0xb"]);
      silence.note({ ...route, guid: guid(2) }, ["0xb"]);
      silence.forget(guid(3));
      silence.note({ ...route, guid: guid(9) }, ["0xc"]);
      expect(await shown("keystone_messages_unverified")).to.deep.equal({
        [`${fromB},verifier=0xa`]: 1,
        [`${fromB},verifier=0xb`]: 2,
      });
    });

    it("count what was ignored by name, and what was paid by chain and kind, of calls that succeeded", async () => {
      const errorName = "LayerZeroMessenger_AlreadyWired";
      const reason = encodeErrorResult({ abi: messengerAbi, errorName });
      await send(1, "LOCKED", 300, { ignored_reason: reason });
      await send(2, "LOCKED", 300, { ignored_reason: reason });
      await send(3, "LOCKED", 300, { ignored_reason: "0xdeadbeef" });
      expect(await shown("keystone_messages_ignored")).to.deep.equal({
        [`reason=${errorName}`]: 2,
        "reason=unknown": 1,
      });
      const paid = [
        ["dispatch", "finalized", 3n],
        ["dispatch", "pending", 4n],
        ["dispatch", "failed", 100n],
        ["notify_locked", "safe", 5n],
        ["release", "safe", 0n],
      ] as const;
      for (const [nonce, [kind, status, ether]] of paid.entries()) {
        await sql`INSERT INTO keystone.chain_transaction (chain_id, signer, nonce, settlement_id, kind, subject, to_address, data, value,
            gas_limit, max_fee_per_gas, max_priority_fee_per_gas, raw, hash, status)
          VALUES (${A}, '0xa1', ${nonce}, ${settlement.settlementId}, ${kind}, ${String(nonce)}, '0xb2', '0x',
            ${(ether * 10n ** 18n).toString()}::numeric, 1, 1, 1, '0x', ${String(nonce)}, ${status})`.execute(db);
      }
      expect(await shown("keystone_message_fees_ether")).to.deep.equal({
        [`chain_id=${A},kind=dispatch`]: 7,
        [`chain_id=${A},kind=notify_locked`]: 5,
      });
    });
  });

  describe("what is due", () => {
    const facts = (changes: object) => ({
      ...factsOf(undefined, { intentId: settlement.intentId, ...changes }),
      settlementId: settlement.settlementId,
      settlementHash: settlement.settlementHash,
    });
    /** Everything happened before; the last event so many seconds ago. */
    async function lastEvent(ago: number): Promise<void> {
      for (const table of ["intent", "attestation"] as const) {
        await db
          .updateTable(`keystone.${table}`)
          .set({ created_at: new Date(0) })
          .execute();
      }
      const event = { block_number: 5n, block_timestamp: seconds(ago), settlement_hash: settlement.settlementHash };
      await show(db, "chain_event", { chain_id: BigInt(A), ...event });
    }
    const ages = () => shown("keystone_relayer_oldest_due_seconds");
    const executing = () => ({
      coordinator: created("EXECUTING_SWAP", "execute"),
      escrows: new Map(
        [A, B].map((chainId) => [chainId, escrow({ locked: true, verdict: "execute", lockReported: true })]),
      ),
      legs: legsIn("deposited", 2),
    });

    it("is as old as the last event that could have made it due, and shown by the kind of the state", async () => {
      await lastEvent(500);
      due.look(facts(executing()), NOW, policy);
      const shown = await ages();
      expect(shown["state_kind=executing"]).to.be.within(500, 530);
      expect(Object.keys(shown).sort()).to.deep.equal(
        ["active", "deposit", "executing", "failed", "finalized", "initial", "uncreated"].map(
          (kind) => `state_kind=${kind}`,
        ),
      );
      expect(Object.values(shown).filter((age) => age > 0)).to.have.length(1);
    });

    it("stays due while our own transaction is on its way, and is over when its effect is there", async () => {
      await lastEvent(500);
      const unmined = { status: "submitted" as const, blockNumber: null };
      const transactions = [sent("release", A, "0", unmined), sent("release", B, "1", unmined)];
      due.look(facts({ ...executing(), transactions }), NOW, policy);
      expect((await ages())["state_kind=executing"]).to.be.within(500, 530);
      const reported = escrow({ locked: true, verdict: "execute", lockReported: true, releaseReported: true });
      const done = { legs: legsIn("released", 2, 99n), escrows: new Map([A, B].map((chainId) => [chainId, reported])) };
      const coordinator = created("FINALIZED", "execute", 99n);
      due.look(facts({ ...executing(), ...done, coordinator }), NOW, policy);
      expect((await ages())["state_kind=executing"]).to.equal(0);
    });

    it("is nothing while it waits for parties, for a recipient whose payment fails, or when it is closed", async () => {
      await lastEvent(500);
      const { terms } = factsOf();
      const waiting = { coordinator: created("AWAITING_DEPOSITS"), ...cleared(terms), heads: heads(0) };
      due.look(facts(waiting), NOW, policy);
      const reported = escrow({ locked: true, verdict: "execute", lockReported: true, releaseReported: true });
      const escrows = new Map([A, B].map((chainId) => [chainId, reported]));
      const failing = {
        ...executing(),
        coordinator: created("FINALIZED", "execute"),
        legs: legsIn("claimable", 2),
        escrows,
      };
      due.look({ ...facts(failing), intentId: "another" }, NOW, policy);
      expect(Object.values(await ages()).every((age) => age === 0)).to.equal(true);
      due.look(facts(executing()), NOW, policy);
      due.keep(new Set());
      expect(Object.values(await ages()).every((age) => age === 0)).to.equal(true);
    });

    it("is due since a deadline that has passed, where that came last", async () => {
      await lastEvent(5000);
      const late = facts({ coordinator: created("AWAITING_DEPOSITS"), ...cleared(factsOf().terms) });
      const passed = Math.floor(Date.now() / 1000) - 70;
      const terms = { ...late.terms, depositDeadline: passed - 60, settleDeadline: passed };
      const head = { number: 100n, timestamp: passed, finalized: 5 };
      due.look({ ...late, terms, heads: new Map([A, B].map((chainId) => [chainId, head])) }, NOW, policy);
      expect((await ages())["state_kind=deposit"]).to.be.within(70, 100);
    });
  });

  it("how long ago a pass looked at everything, without the database, and from the start where none has yet", async () => {
    await sql`DROP SCHEMA keystone CASCADE`.execute(db);
    const age = async () => (await shown("keystone_relayer_last_pass_seconds"))[""];
    expect(await age()).to.be.within(0, 30);
    lastPass = new Date(Date.now() - 300_000);
    expect(await age()).to.be.within(300, 330);
  });

  it("which providers are not asked", async () => {
    const health = { failure_threshold: 5, reset_timeout_seconds: 60, half_open_max_calls: 2 };
    for (const circuit_state of ["closed", "half_open", "open"] as const) {
      await db
        .insertInto("keystone.provider_health")
        .values({ name: circuit_state, circuit_state, ...health })
        .execute();
    }
    expect(await shown("keystone_screening_circuit_open")).to.deep.equal({
      "provider=closed": 0,
      "provider=half_open": 1,
      "provider=open": 1,
    });
  });
});
