import { attestationTypedData } from "@keystoneos/protocol";
import { connect, migrate, type Store } from "@keystoneos/store";
import { startTracing, traceparent } from "@keystoneos/telemetry";
import { expect } from "chai";
import { sql } from "kysely";
import { keccak256, stringToBytes, verifyTypedData, zeroHash } from "viem";
import { localAccount } from "../../../devnet/src/keys.ts";
import { sampleDeployment } from "../../../packages/store/test/deployment.ts";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { act } from "../../src/act/act.ts";
import { beginRound } from "../../src/act/begin-round.ts";
import type { ActContext } from "../../src/act/context.ts";
import { Patience } from "../../src/act/patience.ts";
import { screen } from "../../src/act/screen.ts";
import { sign } from "../../src/act/sign.ts";
import { type FactsSource, loadFacts } from "../../src/facts/load.ts";
import { SecretBook } from "../../src/facts/secrets.ts";
import type { Facts } from "../../src/facts/types.ts";
import { SilenceBook } from "../../src/gauges/silence.ts";
import { createLogger } from "../../src/log.ts";
import type { Action } from "../../src/plan/actions.ts";
import { plan } from "../../src/plan/plan.ts";
import { Circuits } from "../../src/screening/circuits.ts";
import type { ScreeningProvider } from "../../src/screening/provider.ts";
import { keyring, storeAgreed } from "../support/agreed.ts";
import { A, policy, T0 } from "../support/facts.ts";
import { shippedLists } from "../support/lists.ts";
import { SETTINGS } from "../support/pipeline.ts";
import { createViews, show } from "../support/views.ts";

const attester = localAccount("attester");

describe("screening and attestation", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let db: Store;
  let source: FactsSource;
  let list: Required<ScreeningProvider>;
  let agreed: Awaited<ReturnType<typeof storeAgreed>>;

  before(async () => {
    list = await shippedLists();
  });
  beforeEach(async () => {
    database = await freshDatabase();
    await migrate({ databaseUrl: database.url });
    db = connect({ databaseUrl: database.url });
    await createViews(db);
    const log = createLogger("info", { write: () => undefined });
    source = {
      db,
      deployment: sampleDeployment(),
      attester: attester.address,
      operator: null,
      secrets: new SecretBook(keyring, log),
      deepFinality: [],
      log,
    };
    agreed = await storeAgreed(db, { attesters: [attester.address] });
    await show(db, "chain_head", { chain_id: BigInt(A), block_number: 10n, block_timestamp: BigInt(T0) });
    const place = { block_number: 7n, chain_id: BigInt(A), settlement_hash: agreed.settlementHash };
    await show(db, "settlement", { ...place, created: true, state: "COMPLIANCE_CHECKING", verdict: "none" });
    await enter("COMPLIANCE_CHECKING", 2);
    await new Circuits(db).register([list.name]);
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  const context = (provider: ScreeningProvider): ActContext => ({
    ...source,
    attester,
    providers: new Map([[provider.name, provider]]),
    circuits: new Circuits(db),
    silence: new SilenceBook(),
    policy: { ...policy, providerTimeoutSeconds: 0.2 },
    countAction: () => undefined,
    pipeline: {
      db,
      chains: new Map(),
      lanes: [],
      holder: crypto.randomUUID(),
      attester: source.attester,
      settings: SETTINGS,
      log: source.log,
      countAttempt: () => undefined,
    },
  });
  const facts = async (): Promise<Facts> => {
    const [loaded] = await loadFacts(source, [agreed.intentId], new Map());
    if (loaded === undefined) throw new Error("no facts");
    return loaded;
  };
  const enter = (to_state: string, sequence: number) =>
    show(db, "transition", { chain_id: BigInt(A), settlement_hash: agreed.settlementHash, sequence, to_state });
  const planned = async () => plan(await facts(), new Date(), policy);
  /** The checks that are to be made now, of a round that is begun where one is due. */
  const due = async () => {
    const [first] = await planned();
    if (first?.type === "begin_round") await beginRound(context(list), await facts(), first.cause);
    const [action] = await planned();
    if (action?.type !== "screen") throw new Error(`nothing to screen but ${action?.type}`);
    return action.checks;
  };
  const checks = () =>
    db
      .selectFrom("keystone.compliance_check")
      .select(["party_id", "check_type", "status", "matched_lists"])
      .orderBy("party_id")
      .orderBy("check_type")
      .execute();

  it("goes on with the trace of the request that asked for the settlement, and counts what it does", async () => {
    const parent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    await db.updateTable("keystone.intent").set({ traceparent: parent }).where("id", "=", agreed.intentId).execute();
    const within: (string | null)[] = [];
    const traced: ScreeningProvider = {
      ...list,
      screenEntity: (subject, signal) => {
        within.push(traceparent());
        return list.screenEntity(subject, signal);
      },
    };
    const counted: unknown[] = [];
    // Nobody listens there, and nothing is sent before it ends.
    const tracing = startTracing("relayer", "http://127.0.0.1:9");
    try {
      const countAction = (labels: unknown) => void counted.push(labels);
      const patience = new Patience();
      const step = async () =>
        act({ ...context(traced), countAction }, patience, await facts(), (await planned())[0] as Action);
      await step();
      await step();
    } finally {
      await tracing.stop();
    }
    expect(within).to.have.length(2);
    for (const context of within) expect(context).to.match(/^00-a{32}-(?!b{16})[0-9a-f]{16}-01$/);
    expect(counted).to.deep.equal([
      { action: "begin_round", outcome: "done" },
      { action: "screen", outcome: "done" },
    ]);
  });

  it("makes one row per party and check, without names, and signs what they say", async () => {
    await screen(context(list), await facts(), await due());
    const rows = await checks();
    const [seller, buyer] = agreed.partyIds;
    const found = rows.map((row) => [
      row.party_id === seller ? "seller" : row.party_id === buyer ? "buyer" : "?",
      row.check_type,
      row.status,
    ]);
    expect(found).to.have.deep.members([
      ["seller", "entity", "pass"],
      ["seller", "wallet", "pass"],
      ["buyer", "entity", "fail"],
      ["buyer", "wallet", "pass"],
    ]);

    const [action] = plan(await facts(), new Date(), policy);
    expect(action).to.deep.equal({ type: "sign", statuses: [1, 1, 3, 1], sequence: 1n, round: 1 });
    const word = { statuses: [1, 1, 3, 1], sequence: 1n, round: 1 };
    await sign(context(list), await facts(), word);
    await sign(context(list), await facts(), word);
    const stored = await db.selectFrom("keystone.attestation").selectAll().execute();
    expect(stored).to.have.length(1);
    const [row] = stored;
    const validUntil = agreed.terms.settleDeadline + policy.attestationMarginSeconds;
    expect(row?.valid_until.getTime()).to.equal(validUntil * 1000);
    const references = await db
      .selectFrom("keystone.compliance_check")
      .select(["party_id", "check_type", "reference_id"])
      .execute();
    const hashOf = (party: string | undefined, type: string) =>
      keccak256(
        stringToBytes(references.find((r) => r.party_id === party && r.check_type === type)?.reference_id ?? ""),
      );
    expect(row?.reference_hashes).to.deep.equal([
      hashOf(seller, "entity"),
      hashOf(seller, "wallet"),
      hashOf(buyer, "entity"),
      hashOf(buyer, "wallet"),
    ]);
    const statement = {
      settlementId: agreed.settlementHash,
      parties: agreed.terms.parties,
      statuses: [1, 1, 3, 1],
      referenceHashes: row?.reference_hashes ?? [],
      validUntil,
      sequence: 1n,
    };
    const { registry } = sampleDeployment().contracts;
    const signed = attestationTypedData({ chainId: A, registry, attestation: statement });
    expect(await verifyTypedData({ ...signed, address: attester.address, signature: row?.signature ?? "0x" })).to.equal(
      true,
    );
    expect(plan(await facts(), new Date(), policy)).to.deep.equal([
      {
        type: "send",
        chainId: A,
        kind: "attest",
        subject: `${attester.address.toLowerCase()}:1`,
        call: { name: "attest", sequence: 1n },
      },
    ]);
  });

  it("publishes no reference for a position without a word", async () => {
    await screen(context(list), await facts(), await due());
    await sign(context(list), await facts(), { statuses: [0, 1, 3, 1], sequence: 1n, round: 1 });
    const row = await db.selectFrom("keystone.attestation").select("reference_hashes").executeTakeFirstOrThrow();
    expect(row.reference_hashes[0]).to.equal(zeroHash);
    expect(row.reference_hashes[1]).to.not.equal(zeroHash);
  });

  it("records a failing provider as an error, attests nothing, and makes those checks again", async () => {
    const broken: ScreeningProvider = {
      ...list,
      screenEntity: () => Promise.reject(new Error("no connection")),
    };
    const failure = await screen(context(broken), await facts(), await due()).catch((error: Error) => error.message);
    expect(failure).to.equal("2 of 4 checks could not be made");
    expect((await checks()).map((row) => row.status)).to.have.members(["error", "error", "pass", "pass"]);
    const again = await due();
    expect(again.map((check) => check.checkType)).to.deep.equal(["entity", "entity"]);
    expect(plan(await facts(), new Date(), policy)).to.have.length(1);
    await screen(context(list), await facts(), again);
    expect((await checks()).map((row) => row.status)).to.have.members(["pass", "pass", "pass", "fail"]);
  });

  it("never changes a check that is finished or was decided by a person", async () => {
    const all = await due();
    await screen(context(list), await facts(), all);
    await db.updateTable("keystone.compliance_check").set({ status: "fail", decided_by: "user:1" }).execute();
    await screen(context(list), await facts(), all);
    expect((await checks()).map((row) => row.status)).to.deep.equal(["fail", "fail", "fail", "fail"]);
  });

  it("knows no provider that is not configured", async () => {
    const other = { ...list, name: "another_list" };
    await screen(context(other), await facts(), await due()).catch(() => undefined);
    expect((await checks()).map((row) => row.status)).to.deep.equal(["error", "error", "error", "error"]);
  });

  it("flags a party without a name, however kind the provider is, and does not ask it", async () => {
    await db
      .updateTable("keystone.party")
      .set({ name: " " })
      .where("id", "=", agreed.partyIds[0] ?? "")
      .execute();
    await db
      .updateTable("keystone.party")
      .set({ name: null })
      .where("id", "=", agreed.partyIds[1] ?? "")
      .execute();
    const asked: string[] = [];
    const kind: ScreeningProvider = {
      ...list,
      screenEntity: async ({ name }) => {
        asked.push(name);
        return { status: "pass", referenceId: "r", riskScore: 0, matchedLists: [] };
      },
    };
    await screen(context(kind), await facts(), await due());
    const entities = (await checks()).filter((row) => row.check_type === "entity");
    expect(entities.map((row) => row.status)).to.deep.equal(["flagged", "flagged"]);
    expect(asked).to.deep.equal([]);
  });

  it("waits for no provider longer than it may take, tells it so, and keeps nothing that it says of whom it was asked about", async () => {
    const signals: AbortSignal[] = [];
    const hanging: ScreeningProvider = {
      ...list,
      screenEntity: (_subject, signal) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
      screenWallet: async ({ address }) => {
        throw new Error(`GET /wallets/${address.toUpperCase()} of Alpine Bank AG: 500`);
      },
    };
    const all = await due();
    await screen(context(hanging), await facts(), all.slice(0, 2)).catch(() => undefined);
    expect((await checks()).map((row) => row.status)).to.have.members(["error", "error", "pending", "pending"]);
    expect(signals.map((signal) => signal.aborted)).to.deep.equal([true]);
    const health = await db.selectFrom("keystone.provider_health").selectAll().executeTakeFirstOrThrow();
    expect(health).to.include({ failure_count: 2, last_error: "GET /wallets/[subject] of [subject]: 500" });
  });

  it("takes no answer that is none for one, and keeps nothing of it", async () => {
    const good = { status: "pass", referenceId: "r", riskScore: 3, matchedLists: [] };
    const answers = [{ ...good, status: "PASS" }, { ...good, riskScore: 101 }, { ...good, referenceId: "" }, undefined];
    const odd = { ...list, screenEntity: async () => answers.shift(), screenWallet: async () => answers.shift() };
    await screen(context(odd as unknown as ScreeningProvider), await facts(), await due()).catch(() => undefined);
    expect(answers).to.deep.equal([]);
    expect((await checks()).map((row) => row.status)).to.deep.equal(["error", "error", "error", "error"]);
    const health = await db.selectFrom("keystone.provider_health").select("failure_count").executeTakeFirstOrThrow();
    expect(health.failure_count).to.equal(4);
  });

  it("asks a provider no more that has failed five times, and counts that as no failure of its own", async () => {
    let asked = 0;
    const broken: ScreeningProvider = {
      ...list,
      screenEntity: async () => {
        asked++;
        throw new Error("down");
      },
      screenWallet: async () => {
        asked++;
        throw new Error("down");
      },
    };
    const all = await due();
    for (let turn = 0; turn < 3; turn++) await screen(context(broken), await facts(), all).catch(() => undefined);
    expect(asked).to.equal(5);
    const health = await db.selectFrom("keystone.provider_health").selectAll().executeTakeFirstOrThrow();
    expect(health).to.include({ name: "sanctions_list", circuit_state: "open", failure_count: 5 });
    expect((await checks()).map((row) => row.status)).to.deep.equal(["error", "error", "error", "error"]);
  });

  describe("rounds", () => {
    const rounds = () =>
      db.selectFrom("keystone.screening_round").select(["round", "cause"]).orderBy("round").execute();
    const past = () => db.selectFrom("keystone.past_compliance_check").selectAll().execute();
    const recheckAt = async (state: string) => {
      await sql`UPDATE keystone.template SET config = jsonb_set(config, '{compliance,recheck_at_states}', ${JSON.stringify([state])}::jsonb)`.execute(
        db,
      );
    };

    it("begin once, however many processes begin them, with every check to be made", async () => {
      const seen = await facts();
      await Promise.all(Array.from({ length: 8 }, () => beginRound(context(list), seen, "COMPLIANCE_CHECKING")));
      expect(await rounds()).to.deep.equal([{ round: 1, cause: "COMPLIANCE_CHECKING" }]);
      expect((await checks()).map((row) => row.status)).to.deep.equal(["pending", "pending", "pending", "pending"]);
    });

    it("carry no decision over: what was decided before is kept aside and counts for nothing", async () => {
      await recheckAt("COMPLIANCE_CLEARED");
      await screen(context(list), await facts(), await due());
      const decision = { status: "pass" as const, decided_by: "user:1", decision_reason: "known to us" };
      await db.updateTable("keystone.compliance_check").set(decision).where("status", "=", "fail").execute();
      const [word] = await planned();
      if (word?.type !== "sign") throw new Error(`${word?.type} is planned`);
      expect(word.statuses).to.deep.equal([1, 1, 1, 1]);
      await sign(context(list), await facts(), word);
      await enter("COMPLIANCE_CLEARED", 3);
      await enter("AWAITING_DEPOSITS", 4);
      const open = await due();
      expect(open).to.have.length(4);
      expect(await rounds()).to.deep.equal([
        { round: 1, cause: "COMPLIANCE_CHECKING" },
        { round: 2, cause: "COMPLIANCE_CLEARED" },
      ]);
      const kept = await past();
      expect(kept).to.have.length(4);
      expect(kept.filter((row) => row.decided_by !== null)).to.have.length(1);
      expect(kept.find((row) => row.decided_by !== null)).to.deep.include({ ...decision, round: 1 });
      await screen(context(list), await facts(), open);
      const again = await db.selectFrom("keystone.compliance_check").selectAll().execute();
      expect(again.map((row) => [row.round, row.decided_by])).to.deep.equal(Array(4).fill([2, null]));
      const [restated] = await planned();
      expect(restated).to.deep.equal({ type: "sign", statuses: [1, 1, 3, 1], sequence: 2n, round: 2 });
    });

    it("keep the outcome of a check out that was asked for in an earlier one", async () => {
      await recheckAt("COMPLIANCE_CLEARED");
      const asked = await due();
      const seen = await facts();
      await enter("COMPLIANCE_CLEARED", 3);
      await due();
      await screen(context(list), seen, asked);
      expect((await checks()).map((row) => row.status)).to.deep.equal(["pending", "pending", "pending", "pending"]);
      expect((await past()).map((row) => row.status)).to.deep.equal(["pending", "pending", "pending", "pending"]);
    });
  });
});
