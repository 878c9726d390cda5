import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Deployment, evidenceHash, Gate, STANDARD_RULESET, stateName } from "@keystoneos/protocol";
import { coordinatorAbi } from "@keystoneos/protocol/abi";
import { connect, type IntentKind, migrate, type Store } from "@keystoneos/store";
import { expect } from "chai";
import { sql } from "kysely";
import { createWalletClient, type Hex, http, keccak256, toHex } from "viem";
import { rpc } from "../../../devnet/src/chains/rpc.ts";
import { type Chain, startChain } from "../../../devnet/src/chains.ts";
import { deployLocally } from "../../../devnet/src/deploy/world.ts";
import { localAccount } from "../../../devnet/src/keys.ts";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import type { ActContext } from "../../src/act/context.ts";
import { connectChain } from "../../src/chains/client.ts";
import { SecretBook } from "../../src/facts/secrets.ts";
import { SilenceBook } from "../../src/gauges/silence.ts";
import { createLogger } from "../../src/log.ts";
import { lanesOf } from "../../src/pipeline/lane.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { Reconciler } from "../../src/reconcile.ts";
import { Circuits } from "../../src/screening/circuits.ts";
import { keyring, storeAgreed } from "../support/agreed.ts";
import { rpcAt } from "../support/chain.ts";
import { A, B, leg, policy } from "../support/facts.ts";
import { liveOnce, SETTINGS } from "../support/pipeline.ts";
import { createViews, show } from "../support/views.ts";

const OPERATOR = localAccount("operator");
const ACTOR = "auth0|operator-7";
const REASON = "The buyer's mandate was withdrawn";
const FINAL = 6;

describe("interventions on the real coordinator", function () {
  this.timeout(120_000);
  let directory: string;
  let chains: Chain[];
  let deployment: Deployment;
  let database: TestDatabase;
  let db: Store;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "keystone-interventions-"));
    chains = await Promise.all([A, B].map((chainId) => startChain({ chainId, dir: join(directory, String(chainId)) })));
    ({ deployment } = await deployLocally(chains, join(directory, "ignition")));
    // From here on blocks are mined only when the test says so.
    for (const { url } of chains) await rpc(url, "evm_setIntervalMining", [0]);
    database = await freshDatabase();
    await migrate({ databaseUrl: database.url });
    db = connect({ databaseUrl: database.url });
    await createViews(db);
  });
  after(async () => {
    await db?.destroy();
    await database?.drop();
    await Promise.all(chains.map((chain) => chain.stop()));
    await rm(directory, { recursive: true, force: true });
  });

  const home = () => chains[0] as Chain;
  const mineUnseen = (blocks = 1) => rpc(home().url, "anvil_mine", [toHex(blocks)]);
  const mine = async (blocks = 1) => {
    await mineUnseen(blocks);
    await index();
  };
  const client = () => connectChain(chainEntry(A), rpcAt(home().url)).client;
  const chainEntry = (chainId: number) => {
    const entry = deployment.chains.find((chain) => chain.chainId === chainId);
    if (entry === undefined) throw new Error(`no chain ${chainId}`);
    return entry;
  };

  /** A relayer of its own: all it shares with others is the database. */
  function relayer(withOperator = true): { pass(): Promise<void> } {
    const log = createLogger("silent");
    const entries = new Map(chains.map(({ chainId, url }) => [chainId, connectChain(chainEntry(chainId), rpcAt(url))]));
    const signers = { gas: [localAccount("relayer")], operator: withOperator ? OPERATOR : null };
    const pipeline: Pipeline = {
      db,
      chains: entries,
      lanes: lanesOf(entries.values(), signers, A),
      holder: crypto.randomUUID(),
      attester: localAccount("attester").address,
      settings: SETTINGS,
      log,
      countAttempt: () => undefined,
    };
    const context: ActContext = {
      db,
      deployment,
      pipeline,
      attester: localAccount("attester"),
      secrets: new SecretBook(keyring, log),
      deepFinality: [],
      silence: new SilenceBook(),
      providers: new Map(),
      circuits: new Circuits(db),
      policy,
      log,
      countAction: () => undefined,
    };
    return { pass: () => liveOnce({ pipeline, reconciler: new Reconciler(context) }) };
  }

  /** Shows what the coordinator has logged so far, as the indexer would. */
  async function index(): Promise<void> {
    for (const view of ["chain_head", "settlement", "transition"] as const)
      await db.deleteFrom(`indexer.${view}`).execute();
    const { number, timestamp } = await client().getBlock();
    await show(db, "chain_head", { chain_id: BigInt(A), block_number: number, block_timestamp: timestamp });
    const events = await logs();
    const created = events.flatMap((event) => (event.eventName === "SettlementCreated" ? [event] : []));
    for (const { args, blockNumber } of created) {
      const settlement_hash = args.settlementId as Hex;
      const at = { chain_id: BigInt(A), settlement_hash };
      const steps = events.flatMap((event) =>
        event.eventName === "StateTransition" && event.args.settlementId === settlement_hash ? [event] : [],
      );
      const names = steps.map(({ args: { to = 0 } }) => stateName(STANDARD_RULESET, to));
      for (const [position, step] of steps.entries()) {
        const to_state = names[position] as string;
        await show(db, "transition", { ...at, to_state, block_number: step.blockNumber });
      }
      const state = names.at(-1) ?? "INSTRUCTED";
      const verdict = state === "ROLLED_BACK" ? "rollback" : "none";
      const block_number = steps.at(-1)?.blockNumber ?? blockNumber;
      await show(db, "settlement", { ...at, created: true, state, verdict, block_number });
    }
  }

  const logs = () =>
    client().getContractEvents({ address: deployment.contracts.coordinator, abi: coordinatorAbi, fromBlock: 0n });

  /** A trade on the coordinator, in INSTRUCTED. */
  async function instructed() {
    const { timestamp } = await client().getBlock();
    const { coordinator, escrow } = deployment.contracts;
    const agreed = await storeAgreed(db, {
      coordinator,
      attesters: deployment.templates.attesters,
      operator: OPERATOR.address,
      legs: [leg(A, 1, 3), leg(A, 3, 1)].map((one) => ({ ...one, escrow })),
      depositDeadline: Number(timestamp) + 3_600,
      settleDeadline: Number(timestamp) + 3_600,
    });
    await index();
    await relayer().pass();
    await mine();
    return agreed;
  }

  /** What an operator asks for, as the api stores it. */
  async function ask(settlementId: string, kind: IntentKind, target: string): Promise<{ id: string; evidence: Hex }> {
    const id = crypto.randomUUID();
    const evidence = evidenceHash({ intent_id: id, actor: ACTOR, reason: REASON });
    const values = { id, settlement_id: settlementId, kind, actor: ACTOR, reason: REASON };
    await db
      .insertInto("keystone.intent")
      .values({ ...values, target_state: target, evidence_hash: evidence })
      .execute();
    return { id, evidence };
  }

  const intent = (id: string) =>
    db.selectFrom("keystone.intent").select(["status", "error"]).where("id", "=", id).executeTakeFirstOrThrow();
  const manual = (settlementId: string) =>
    db
      .selectFrom("keystone.chain_transaction")
      .select(["signer", "intent_id", "status", "hash"])
      .where("settlement_id", "=", settlementId)
      .where("kind", "=", "manual")
      .execute();
  const lastStep = async (id: Hex) => {
    const steps = (await logs()).flatMap((event) =>
      event.eventName === "StateTransition" && event.args.settlementId === id ? [event] : [],
    );
    return steps.at(-1);
  };

  it("roll back by the operator's key, once, with a log that the activity entry proves", async () => {
    const { settlementId, settlementHash } = await instructed();
    const { id } = await ask(settlementId, "rollback", "ROLLED_BACK");
    await Promise.all([relayer().pass(), relayer().pass(), relayer().pass()]);
    await mine();
    await Promise.all([relayer().pass(), relayer().pass()]);
    const sent = await manual(settlementId);
    expect(sent.map(({ signer, intent_id }) => ({ signer, intent_id }))).to.deep.equal([
      { signer: OPERATOR.address.toLowerCase(), intent_id: id },
    ]);

    const step = await lastStep(settlementHash);
    const form = `{"actor":"${ACTOR}","intent_id":"${id}","reason":"${REASON}"}`;
    expect(step?.transactionHash).to.equal(sent[0]?.hash);
    expect(step?.args).to.deep.include({
      from: 0,
      to: 6,
      gate: Gate.MANUAL,
      evidenceHash: keccak256(toHex(form)),
      caller: OPERATOR.address,
    });

    expect((await intent(id)).status).to.equal("open");
    await mine(FINAL);
    await relayer().pass();
    expect(await intent(id)).to.deep.equal({ status: "done", error: null });
  });

  it("take a step that is anyone's by the gas key, with the evidence all the same", async () => {
    const { settlementId, settlementHash } = await instructed();
    const { id, evidence } = await ask(settlementId, "transition", "COMPLIANCE_CHECKING");
    await relayer().pass();
    await mine();
    const step = await lastStep(settlementHash);
    expect(step?.args).to.deep.include({ to: 1, gate: Gate.NONE, evidenceHash: evidence });
    expect(await manual(settlementId)).to.have.nested.property(
      "[0].signer",
      localAccount("relayer").address.toLowerCase(),
    );
    await mine(FINAL);
    await relayer().pass();
    expect((await intent(id)).status).to.equal("done");
  });

  it("fail with the contract's own reason where no gate is open, and change nothing", async () => {
    const { settlementId, settlementHash } = await instructed();
    const { id } = await ask(settlementId, "transition", "AWAITING_DEPOSITS");
    await Promise.all([relayer().pass(), relayer().pass()]);
    const error = `SettlementCoordinator_TransitionNotAllowed(${settlementHash}, 0, 3)`;
    expect(await intent(id)).to.deep.equal({ status: "failed", error });
    expect(await manual(settlementId)).to.deep.equal([]);
    const told = await db
      .selectFrom("keystone.activity_log")
      .select(["type", "severity", "detail", "actor_type"])
      .where("resource_id", "=", settlementId)
      .execute();
    expect(told).to.deep.equal([
      {
        type: "settlement.intervention_failed",
        severity: "error",
        actor_type: "system",
        detail: { intent_id: id, action: "transition", target_state: "AWAITING_DEPOSITS", error },
      },
    ]);
  });

  it("wait for a relayer that has the operator's key", async () => {
    const { settlementId, settlementHash } = await instructed();
    const { id } = await ask(settlementId, "rollback", "ROLLED_BACK");
    await relayer(false).pass();
    expect(await manual(settlementId)).to.deep.equal([]);
    expect((await intent(id)).status).to.equal("open");
    // It went on meanwhile, to where the operator may still step in.
    await mine();
    expect((await lastStep(settlementHash))?.args.to).to.equal(1);
    await relayer().pass();
    await mine();
    expect((await lastStep(settlementHash))?.args).to.deep.include({ from: 1, to: 6, gate: Gate.MANUAL });
  });

  it("have the first of two that were asked for at once, and tell the other why it was refused", async () => {
    const { settlementId, settlementHash } = await instructed();
    const back = await ask(settlementId, "rollback", "ROLLED_BACK");
    const forward = await ask(settlementId, "transition", "COMPLIANCE_CHECKING");
    await relayer().pass();
    // Both were allowed when they were sent; the block has them in this order.
    expect(await manual(settlementId)).to.have.length(2);
    await mine();
    await relayer().pass();
    await mine(FINAL);
    await aMinuteLater();
    await relayer().pass();
    expect((await lastStep(settlementHash))?.args).to.deep.include({ to: 6, evidenceHash: back.evidence });
    expect(await intent(back.id)).to.deep.equal({ status: "done", error: null });
    const error = `SettlementCoordinator_TransitionNotAllowed(${settlementHash}, 6, 1)`;
    expect(await intent(forward.id)).to.deep.equal({ status: "failed", error });
    const sent = await manual(settlementId);
    expect(sent.map(({ intent_id, status }) => [intent_id, status])).to.have.deep.members([
      [back.id, "finalized"],
      [forward.id, "failed"],
    ]);
  });

  it("are not given up for a refusal that the index explains only later", async () => {
    const { settlementId, settlementHash, terms } = await instructed();
    const { id } = await ask(settlementId, "transition", "COMPLIANCE_CHECKING");
    // Somebody else takes the step, and the index has not seen it.
    await createWalletClient({ account: localAccount("deployer"), transport: http(home().url) }).writeContract({
      chain: null,
      address: deployment.contracts.coordinator,
      abi: coordinatorAbi,
      functionName: "advance",
      args: [terms],
    });
    await mineUnseen();
    await relayer().pass();
    expect(await intent(id)).to.deep.equal({ status: "open", error: null });
    await mine(FINAL);
    await relayer().pass();
    expect(await intent(id)).to.deep.equal({ status: "done", error: null });
    expect(await manual(settlementId)).to.deep.equal([]);
    expect((await lastStep(settlementHash))?.args.caller).to.equal(localAccount("deployer").address);
  });

  /** The interval after a reverted call has passed. */
  const aMinuteLater = () =>
    db
      .updateTable("keystone.chain_transaction")
      .set({ created_at: sql<Date>`created_at - interval '1 minute'` })
      .execute();
});
