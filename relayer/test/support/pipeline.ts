import { randomUUID } from "node:crypto";
import { connect, migrate, type Row, type Store } from "@keystoneos/store";
import { sql } from "kysely";
import { type Address, type Hex, keccak256, parseGwei, stringToHex } from "viem";
import { localAccount } from "../../../devnet/src/keys.ts";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import type { TransactionSigner } from "../../src/keys/types.ts";
import { createLogger } from "../../src/log.ts";
import type { Settings } from "../../src/pipeline/config.ts";
import { finalize } from "../../src/pipeline/finality.ts";
import { include } from "../../src/pipeline/inclusion.ts";
import { lanesOf } from "../../src/pipeline/lane.ts";
import { releaseLeases, renewLeases } from "../../src/pipeline/leases.ts";
import type { Draft, Pipeline } from "../../src/pipeline/types.ts";
import type { Reconciler } from "../../src/reconcile.ts";
import { account, chainAt, startTestChain, type TestChain } from "./chain.ts";
import { A } from "./facts.ts";
import { storeSettlement } from "./rows.ts";

/** Where transfers of one wei each go; its balance counts how many took effect. */
export const COUNTER = "0x00000000000000000000000000000000000c0ffe";

/**
 * A contract that counts how often it was called with each key (32 bytes), in the storage slot of that name. Asked with a longer calldata it
 * says only whether it was, as contracts do that take a second call for none.
 */
export const LEDGER = "0x0000000000000000000000000000000001ed6e40";
const LEDGER_CODE: Hex = "0x3660201460155760003554151560005260206000f35b600160003554016000355500";

/** Whose relayers these are unless a test says otherwise. */
export const ATTESTER = localAccount("attester").address;

/** Two blocks of patience for fees, six for the call; nothing else is in the way. */
export const SETTINGS: Settings = {
  replaceAfterBlocks: 2,
  cancelAfterBlocks: 6,
  rebroadcastSeconds: 0,
  leaseSeconds: 60,
  unminedLimit: 16,
  deadAfterRefusals: 3,
  deadAfterSeconds: 0,
  feeCaps: new Map([[A, parseGwei("500")]]),
  gasBudgets: new Map(),
};

export interface ProcessOptions {
  gas?: readonly TransactionSigner[];
  operator?: TransactionSigner | null;
  settings?: Partial<Settings>;
  log?: Pipeline["log"];
  attester?: Address;
}

export type Fixture = Awaited<ReturnType<typeof pipelineFixture>>;

/** A chain, a database, one settlement to send for, and a process that leads; `renew` makes all of it as it was at first. */
export async function pipelineFixture(options: ProcessOptions = {}, given?: TestDatabase) {
  const [chain, database] = await Promise.all([startTestChain(), given ?? freshDatabase()]);
  await migrate({ databaseUrl: database.url });
  const db = connect({ databaseUrl: database.url });
  const settlement = await storeSettlement(db);
  const draft = (subject: string, changes: Partial<Draft> = {}) => draftOf(settlement, subject, changes);
  const entry = (subject: string) => entryOf(settlement, subject);
  await chain.client.setCode({ address: LEDGER, bytecode: LEDGER_CODE });
  let snapshot = await chain.client.snapshot();
  const fixture = {
    chain,
    db,
    url: database.url,
    settlement,
    draft,
    entry,
    pipeline: pipelineOn(db, chain, options),
    counted: () => chain.client.getBalance({ address: COUNTER }),
    rows: (): Promise<Row<"chain_transaction">[]> =>
      db.selectFrom("keystone.chain_transaction").selectAll().orderBy("signer").orderBy("nonce").execute(),
    attempts: (): Promise<Row<"transaction_attempt">[]> =>
      db
        .selectFrom("keystone.transaction_attempt")
        .selectAll("keystone.transaction_attempt")
        .innerJoin("keystone.chain_transaction", "keystone.chain_transaction.id", "transaction_id")
        .orderBy("nonce")
        .orderBy("ordinal")
        .execute(),
    async renew() {
      await chain.client.request({ method: "anvil_dropAllTransactions" } as never);
      await chain.client.revert({ id: snapshot });
      snapshot = await chain.client.snapshot();
      // What it remembers of the head is of blocks that are gone.
      chain.chain = chainAt(chain.url, A);
      await sql`TRUNCATE keystone.chain_transaction, keystone.transaction_attempt, keystone.signer_lease,
        keystone.signer_candidate, keystone.refused_call`.execute(db);
      fixture.pipeline = pipelineOn(db, chain, options);
      await renewLeases(fixture.pipeline);
    },
    async stop() {
      await db.destroy();
      await Promise.all([chain.stop(), database.drop()]);
    },
  };
  await renewLeases(fixture.pipeline);
  return fixture;
}

type Settlement = Pick<Draft, "settlementId" | "intentId">;

function draftOf(settlement: Settlement, subject: string, changes: Partial<Draft>): Draft {
  const effect = { chainId: A, kind: "manual", subject, ...settlement, signer: "relayer" } as const;
  return { ...effect, to: COUNTER, data: "0x", value: 1n, probes: [], headroom: 0n, ...changes };
}

/** A call of the ledger, which changes something once. */
export function entryOf(settlement: Settlement, subject: string): Draft {
  const data = keyOf(settlement.settlementId, subject);
  return draftOf(settlement, subject, { to: LEDGER, data, value: 0n, probes: [{ to: LEDGER, data: `${data}00` }] });
}

/** The storage slot of a subject. */
export function keyOf(settlementId: string, subject: string): Hex {
  return keccak256(stringToHex(`${settlementId} ${subject}`));
}

/** A process of its own, as far as state goes: everything it knows is in the database and on the chain. */
export function pipelineOn(db: Store, chain: TestChain, options: ProcessOptions = {}): Pipeline {
  const chains = new Map([[A, chain.chain]]);
  const {
    gas = [account],
    operator = null,
    settings = {},
    log = createLogger("silent"),
    attester = ATTESTER,
  } = options;
  return {
    db,
    chains,
    lanes: lanesOf(chains.values(), { gas, operator }, A),
    holder: randomUUID(),
    attester,
    settings: { ...SETTINGS, ...settings },
    log,
    countAttempt: () => undefined,
  };
}

/** One look of every stage at everything that the process leads. */
export async function step(pipeline: Pipeline): Promise<void> {
  for (const lane of pipeline.lanes) {
    await include(pipeline, lane);
    await finalize(pipeline, lane);
  }
}

/** What a relayer does that lives for one look at everything, and is stopped. */
export async function liveOnce({
  pipeline,
  reconciler,
}: {
  pipeline: Pipeline;
  reconciler: Reconciler;
}): Promise<void> {
  await renewLeases(pipeline);
  await step(pipeline);
  await reconciler.pass();
  await reconciler.settled();
  await step(pipeline);
  await releaseLeases(pipeline);
}

/** Another process leads from here on, as if the one before had not been heard of for a lease. */
export async function takeOver(from: Pipeline, to: Pipeline): Promise<void> {
  await expire(from);
  await renewLeases(to);
}

/** Ends what a process has, without its knowing. */
export async function expire({ db, holder }: Pipeline): Promise<void> {
  const past = { expires_at: new Date(0) };
  await db.updateTable("keystone.signer_lease").set(past).where("holder", "=", holder).execute();
  await db.deleteFrom("keystone.signer_candidate").where("holder", "=", holder).execute();
}

/** Runtime code that always reverts with the error of this selector. */
export function revertingCode(selector: Hex): Hex {
  return `0x63${selector.slice(2)}5f526004601cfd`;
}
