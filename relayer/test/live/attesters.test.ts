import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Deployment, STANDARD_RULESET, stateName } from "@keystoneos/protocol";
import { coordinatorAbi, registryAbi } from "@keystoneos/protocol/abi";
import { connect, migrate, type Store } from "@keystoneos/store";
import { expect } from "chai";
import { type Address, type Hex, type LocalAccount, toHex } from "viem";
import { rpc } from "../../../devnet/src/chains/rpc.ts";
import { type Chain, startChain } from "../../../devnet/src/chains.ts";
import { deployLocally } from "../../../devnet/src/deploy/world.ts";
import { localAccount } from "../../../devnet/src/keys.ts";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { connectChain } from "../../src/chains/client.ts";
import { SecretBook } from "../../src/facts/secrets.ts";
import { SilenceBook } from "../../src/gauges/silence.ts";
import { lanesOf } from "../../src/pipeline/lane.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { Reconciler } from "../../src/reconcile.ts";
import { Circuits } from "../../src/screening/circuits.ts";
import type { Finding, ScreeningProvider } from "../../src/screening/provider.ts";
import { keyring, storeAgreed } from "../support/agreed.ts";
import { rpcAt } from "../support/chain.ts";
import { A, B, leg, policy } from "../support/facts.ts";
import { silent } from "../support/lists.ts";
import { liveOnce, SETTINGS } from "../support/pipeline.ts";
import { createViews, show } from "../support/views.ts";

/** Keys of two operators of a relayer; addresses in the order that terms have them in. */
const [first, second] =
  localAccount("attester").address.toLowerCase() < localAccount("deployer").address.toLowerCase()
    ? [localAccount("attester"), localAccount("deployer")]
    : [localAccount("deployer"), localAccount("attester")];
const ATTESTERS: readonly LocalAccount[] = [first, second];
const gasKeyOf = (attester: LocalAccount) => localAccount(attester === first ? 10 : 11);

describe("two attesters with a relayer each, on the real registry", function () {
  this.timeout(120_000);
  let directory: string;
  let chains: Chain[];
  let deployment: Deployment;
  let database: TestDatabase;
  let db: Store;
  let status: Finding["status"];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "keystone-attesters-"));
    chains = await Promise.all([A, B].map((chainId) => startChain({ chainId, dir: join(directory, String(chainId)) })));
    ({ deployment } = await deployLocally(chains, join(directory, "ignition")));
    // From here on blocks are mined only when the test says so.
    for (const { url } of chains) await rpc(url, "evm_setIntervalMining", [0]);
    database = await freshDatabase();
    await migrate({ databaseUrl: database.url });
    db = connect({ databaseUrl: database.url });
    await createViews(db);
    await new Circuits(db).register(["sanctions_list"]);
  });
  beforeEach(() => {
    status = "pass";
  });
  after(async () => {
    await db?.destroy();
    await database?.drop();
    await Promise.all(chains.map((chain) => chain.stop()));
    await rm(directory, { recursive: true, force: true });
  });

  const home = () => chains[0] as Chain;
  const entryOf = (chainId: number) =>
    deployment.chains.find((chain) => chain.chainId === chainId) as Deployment["chains"][number];
  const client = () => connectChain(entryOf(A), rpcAt(home().url)).client;
  const find = async (): Promise<Finding> => ({
    status,
    referenceId: crypto.randomUUID(),
    riskScore: null,
    matchedLists: [],
  });
  const provider: ScreeningProvider = { name: "sanctions_list", screenEntity: find, screenWallet: find };

  /** One relayer per attester: they share the database. Each attests with its own key, and sends what it has signed by a gas key of its own. */
  function relayer(attester: LocalAccount): { pipeline: Pipeline; reconciler: Reconciler } {
    const entries = new Map(chains.map(({ chainId, url }) => [chainId, connectChain(entryOf(chainId), rpcAt(url))]));
    const pipeline: Pipeline = {
      db,
      chains: entries,
      lanes: lanesOf(entries.values(), { gas: [gasKeyOf(attester)], operator: null }, A),
      holder: crypto.randomUUID(),
      attester: attester.address,
      settings: SETTINGS,
      log: silent,
      countAttempt: () => undefined,
    };
    const reconciler = new Reconciler({
      db,
      deployment,
      pipeline,
      attester,
      secrets: new SecretBook(keyring, silent),
      deepFinality: [],
      silence: new SilenceBook(),
      providers: new Map([[provider.name, provider]]),
      circuits: new Circuits(db),
      policy,
      log: silent,
      countAction: () => undefined,
    });
    return { pipeline, reconciler };
  }
  /** What they do in a pass is mined, and shown as the indexer would. */
  const pass = async (...attesters: LocalAccount[]) => {
    await Promise.all(attesters.map((attester) => liveOnce(relayer(attester))));
    await rpc(home().url, "anvil_mine", [toHex(1)]);
    await index();
  };

  async function index(): Promise<void> {
    for (const view of ["chain_head", "settlement", "transition", "attestation"] as const) {
      await db.deleteFrom(`indexer.${view}`).execute();
    }
    const { number, timestamp } = await client().getBlock();
    await show(db, "chain_head", { chain_id: BigInt(A), block_number: number, block_timestamp: timestamp });
    const { coordinator, registry } = deployment.contracts;
    const steps = await client().getContractEvents({ address: coordinator, abi: coordinatorAbi, fromBlock: 0n });
    for (const event of steps.filter(({ eventName }) => eventName === "SettlementCreated")) {
      const { settlementId: settlement_hash } = event.args as { settlementId: Hex };
      const at = { chain_id: BigInt(A), settlement_hash };
      const names = steps.flatMap((step) =>
        step.eventName === "StateTransition" && step.args.settlementId === settlement_hash
          ? [stateName(STANDARD_RULESET, step.args.to ?? 0)]
          : [],
      );
      for (const [sequence, to_state] of names.entries()) await show(db, "transition", { ...at, sequence, to_state });
      const state = names.at(-1) ?? "INSTRUCTED";
      const verdict = state === "ROLLED_BACK" ? "rollback" : "none";
      await show(db, "settlement", { ...at, created: true, state, verdict, block_number: number });
    }
    for (const { args } of await attested(registry)) {
      await show(db, "attestation", {
        chain_id: BigInt(A),
        settlement_hash: args.settlementId as Hex,
        attester: args.attester?.toLowerCase() as Address,
        parties_hash: args.partiesHash as Hex,
        sequence: String(args.sequence),
        kind: "attested",
        statuses: (args.statuses ?? []).join(","),
        valid_until: BigInt(args.validUntil ?? 0),
        block_number: number,
      });
    }
  }
  const attested = (address: Address) =>
    client().getContractEvents({ address, abi: registryAbi, eventName: "Attested", fromBlock: 0n });

  /** A trade on the coordinator that needs so many of the attesters. */
  async function trade(threshold: number) {
    const { timestamp } = await client().getBlock();
    const { coordinator, escrow } = deployment.contracts;
    const agreed = await storeAgreed(db, {
      coordinator,
      attesters: ATTESTERS.map(({ address }) => address),
      threshold,
      legs: [leg(A, 1, 3), leg(A, 3, 1)].map((one) => ({ ...one, escrow })),
      depositDeadline: Number(timestamp) + 3_600,
      settleDeadline: Number(timestamp) + 3_600,
    });
    await index();
    const state = async () =>
      (
        await db
          .selectFrom("indexer.settlement")
          .select("state")
          .where("settlement_hash", "=", agreed.settlementHash)
          .executeTakeFirst()
      )?.state;
    const words = async () =>
      (await attested(deployment.contracts.registry)).flatMap(({ args }) =>
        args.settlementId === agreed.settlementHash ? [[args.attester, args.statuses?.join()]] : [],
      );
    return { ...agreed, state, words };
  }

  it("clear together what needs both: one alone does not, however long it tries", async () => {
    const { state, words } = await trade(2);
    for (let passes = 0; passes < 6; passes++) await pass(first);
    expect(await words()).to.deep.equal([[first.address, "1,1,1,1"]]);
    expect(await state()).to.equal("COMPLIANCE_CHECKING");
    for (let passes = 0; passes < 3; passes++) await pass(first, second);
    expect(await words()).to.deep.equal([
      [first.address, "1,1,1,1"],
      [second.address, "1,1,1,1"],
    ]);
    expect(await state()).to.equal("AWAITING_DEPOSITS");
  });

  it("state each its own word once, at the same time, about checks that were made once", async () => {
    const { settlementId, state, words } = await trade(2);
    for (let passes = 0; passes < 5; passes++) await pass(first, second);
    expect(await words()).to.have.deep.members(ATTESTERS.map(({ address }) => [address, "1,1,1,1"]));
    expect(await state()).to.equal("AWAITING_DEPOSITS");
    const rounds = await db
      .selectFrom("keystone.screening_round")
      .select("round")
      .where("settlement_id", "=", settlementId)
      .execute();
    expect(rounds).to.deep.equal([{ round: 1 }]);
  });

  it("end it with the word of one that fails a party, whatever the threshold", async () => {
    const { state } = await trade(2);
    status = "fail";
    for (let passes = 0; passes < 4; passes++) await pass(second);
    expect(await state()).to.equal("ROLLED_BACK");
  });
});
