import { connect, migrate, type Store } from "@keystoneos/store";
import { expect } from "chai";
import { sql } from "kysely";
import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { sampleDeployment } from "../../../packages/store/test/deployment.ts";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import type { ActContext } from "../../src/act/context.ts";
import { SecretBook } from "../../src/facts/secrets.ts";
import { SilenceBook } from "../../src/gauges/silence.ts";
import { createLogger } from "../../src/log.ts";
import { lanesOf } from "../../src/pipeline/lane.ts";
import { Reconciler } from "../../src/reconcile.ts";
import { Circuits } from "../../src/screening/circuits.ts";
import { keyring, storeAgreed } from "../support/agreed.ts";
import { chainAt } from "../support/chain.ts";
import { A, B, guid, policy, T0 } from "../support/facts.ts";
import { SETTINGS } from "../support/pipeline.ts";
import { createViews, show } from "../support/views.ts";

describe("passes over a settlement that waits for its parties", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let db: Store;
  let hash: Hex;
  let deadline: number;
  let tried: string[];

  beforeEach(async () => {
    database = await freshDatabase();
    await migrate({ databaseUrl: database.url });
    db = connect({ databaseUrl: database.url });
    await createViews(db);
    const stored = await storeAgreed(db);
    hash = stored.settlementHash;
    deadline = stored.terms.settleDeadline;
    for (const chain_id of [BigInt(A), BigInt(B)]) {
      await show(db, "chain_head", { chain_id, block_number: 100n, block_timestamp: BigInt(T0) });
    }
    const verdict = { created: true, state: "AWAITING_DEPOSITS", verdict: "none" as const, block_number: 90n };
    await show(db, "settlement", { chain_id: BigInt(A), settlement_hash: hash, ...verdict });
    // As if it had been matched an hour ago.
    await db.updateTable("keystone.intent").set({ updated_at: sql<Date>`now() - interval '1 hour'` }).execute();
    tried = [];
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  /** A relayer that has the lease of its key and reaches no node: what it wants to send fails, and is counted. */
  function relayer(): { pass(): Promise<boolean> } {
    const log = createLogger("silent");
    const account = privateKeyToAccount(guid(1));
    const chains = new Map([A, B].map((chainId) => [chainId, chainAt("http://127.0.0.1:1", chainId)]));
    const lanes = lanesOf(chains.values(), { gas: [account], operator: null }, A);
    for (const lane of lanes) lane.fence = 1n;
    const context = {
      db,
      deployment: sampleDeployment(),
      pipeline: {
        db,
        chains,
        lanes,
        holder: crypto.randomUUID(),
        attester: account.address,
        settings: SETTINGS,
        log,
        countAttempt: () => undefined,
      },
      attester: account,
      secrets: new SecretBook(keyring, log),
      deepFinality: [],
      silence: new SilenceBook(),
      providers: new Map(),
      circuits: new Circuits(db),
      policy,
      log,
      countAction: ({ action }: { action: string }) => void tried.push(action),
    } satisfies ActContext;
    const reconciler = new Reconciler(context);
    return { pass: () => reconciler.pass().finally(() => reconciler.settled()) };
  }
  const head = (seconds: number, number: bigint) =>
    db
      .updateTable("indexer.chain_head" as never)
      .set({ block_timestamp: BigInt(seconds), block_number: number } as never)
      .execute();
  /** A deposit that is to go back. */
  async function rollBack(): Promise<void> {
    await db
      .updateTable("indexer.settlement" as never)
      .set({ verdict: "rollback", state: "ROLLED_BACK" } as never)
      .execute();
    const leg = { leg_index: 0, status: "deposited" as const, block_number: 90n };
    await show(db, "leg", { chain_id: BigInt(A), settlement_hash: hash, ...leg });
  }

  it("take the timeout in the first block that has reached it, and no earlier", async () => {
    const one = relayer();
    await one.pass();
    await head(deadline - 1, 101n);
    await one.pass();
    expect(tried).to.deep.equal([]);
    await head(deadline, 102n);
    await one.pass();
    expect(tried).to.deep.equal(["timeout"]);
  });

  it("tell when they could not look at everything", async () => {
    const one = relayer();
    expect(await one.pass()).to.equal(true);
    await sql`ALTER TABLE keystone.intent RENAME TO away`.execute(db);
    expect(await one.pass()).to.equal(false);
    await sql`ALTER TABLE keystone.away RENAME TO intent`.execute(db);
    expect(await one.pass()).to.equal(true);
  });

  it("leave it alone until something of it is indexed", async () => {
    const one = relayer();
    await one.pass();
    await rollBack();
    await one.pass();
    expect(tried, "nobody has told").to.deep.equal([]);
    await show(db, "chain_event", { chain_id: BigInt(A), block_number: 101n, settlement_hash: hash });
    await one.pass();
    expect(tried).to.deep.equal(["refund"]);
  });

  it("look at everything after a reorg, and after a restart", async () => {
    const one = relayer();
    await one.pass();
    await rollBack();
    await head(T0, 99n);
    await one.pass();
    expect(tried).to.deep.equal(["refund"]);
    await relayer().pass();
    expect(tried).to.deep.equal(["refund", "refund"]);
  });
});
