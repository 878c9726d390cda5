import { attestationTypedData } from "@keystoneos/protocol";
import { connect, migrate, type Store } from "@keystoneos/store";
import { startTracing, traceparent } from "@keystoneos/telemetry";
import { expect } from "chai";
import { keccak256, stringToBytes, verifyTypedData, zeroHash } from "viem";
import { localAccount } from "../../../devnet/src/keys.ts";
import { sampleDeployment } from "../../../packages/store/test/deployment.ts";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { act } from "../../src/act/act.ts";
import type { ActContext } from "../../src/act/context.ts";
import { Patience } from "../../src/act/patience.ts";
import { screen } from "../../src/act/screen.ts";
import { sign } from "../../src/act/sign.ts";
import { type FactsSource, loadFacts } from "../../src/facts/load.ts";
import { SecretBook } from "../../src/facts/secrets.ts";
import type { Facts } from "../../src/facts/types.ts";
import { createLogger } from "../../src/log.ts";
import type { Action } from "../../src/plan/actions.ts";
import { plan } from "../../src/plan/plan.ts";
import type { ScreeningProvider } from "../../src/screening/provider.ts";
import { loadSanctionsList } from "../../src/screening/sanctions-list.ts";
import { keyring, storeAgreed } from "../support/agreed.ts";
import { A, policy, T0 } from "../support/facts.ts";
import { createViews, show } from "../support/views.ts";

const attester = localAccount("attester");

describe("screening and attestation", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let db: Store;
  let source: FactsSource;
  let list: ScreeningProvider;
  let agreed: Awaited<ReturnType<typeof storeAgreed>>;

  before(async () => {
    list = await loadSanctionsList(new URL("../../lists", import.meta.url).pathname);
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
      secrets: new SecretBook(keyring, log),
      log,
    };
    agreed = await storeAgreed(db, { attesters: [attester.address] });
    await show(db, "chain_head", { chain_id: BigInt(A), block_number: 10n, block_timestamp: BigInt(T0) });
    const place = { block_number: 7n, chain_id: BigInt(A), settlement_hash: agreed.settlementHash };
    await show(db, "settlement", { ...place, created: true, state: "COMPLIANCE_CHECKING", verdict: "none" });
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  const context = (provider: ScreeningProvider): ActContext => ({
    ...source,
    attester,
    providers: new Map([[provider.name, provider]]),
    policy,
    countAction: () => undefined,
    pipeline: {
      db,
      chains: new Map(),
      account: localAccount("relayer"),
      log: source.log,
      rebroadcastSeconds: 1,
      trackedHeads: new Map(),
    },
  });
  const facts = async (): Promise<Facts> => {
    const [loaded] = await loadFacts(source, [agreed.intentId], new Map());
    if (loaded === undefined) throw new Error("no facts");
    return loaded;
  };
  const due = async () => {
    const [action] = plan(await facts(), new Date(), policy);
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
      screenEntity: (subject) => {
        within.push(traceparent());
        return list.screenEntity(subject);
      },
    };
    const counted: unknown[] = [];
    // Nobody listens there, and nothing is sent before it ends.
    const tracing = startTracing("relayer", "http://127.0.0.1:9");
    try {
      const countAction = (labels: unknown) => void counted.push(labels);
      const [action] = plan(await facts(), new Date(), policy);
      await act({ ...context(traced), countAction }, new Patience(), await facts(), action as Action);
    } finally {
      await tracing.stop();
    }
    expect(within).to.have.length(2);
    for (const context of within) expect(context).to.match(/^00-a{32}-(?!b{16})[0-9a-f]{16}-01$/);
    expect(counted).to.deep.equal([{ action: "screen", outcome: "done" }]);
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
    expect(action).to.deep.equal({ type: "sign", statuses: [1, 1, 3, 1], sequence: 1n });
    await sign(context(list), await facts(), [1, 1, 3, 1], 1n);
    await sign(context(list), await facts(), [1, 1, 3, 1], 1n);
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
      { type: "send", chainId: A, kind: "attest", subject: "1", call: { name: "attest", sequence: 1n } },
    ]);
  });

  it("publishes no reference for a position without a word", async () => {
    await screen(context(list), await facts(), await due());
    await sign(context(list), await facts(), [0, 1, 3, 1], 1n);
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
});
