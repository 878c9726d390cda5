import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeploymentChain } from "@keystoneos/protocol";
import { endpointAbi } from "@keystoneos/protocol/abi";
import { connect, migrate, type Store } from "@keystoneos/store";
import { expect } from "chai";
import { sql } from "kysely";
import { type Address, createWalletClient, encodeFunctionData, type Hex, http, parseAbi, parseEventLogs } from "viem";
import { rpc } from "../../../devnet/src/chains/rpc.ts";
import { type Chain, startChain } from "../../../devnet/src/chains.ts";
import { deployLocally, type LocalDeployment } from "../../../devnet/src/deploy/world.ts";
import { localAccount, localPrivateKey } from "../../../devnet/src/keys.ts";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { act } from "../../src/act/act.ts";
import type { ActContext } from "../../src/act/context.ts";
import { Patience } from "../../src/act/patience.ts";
import { connectChain } from "../../src/chains/client.ts";
import { findPacket, type Packet } from "../../src/chains/packet.ts";
import { silentVerifiers } from "../../src/chains/verifiers.ts";
import { readConfig } from "../../src/config.ts";
import type { MessageFacts } from "../../src/facts/types.ts";
import { SilenceBook } from "../../src/gauges/silence.ts";
import { createLogger } from "../../src/log.ts";
import { lanesOf } from "../../src/pipeline/lane.ts";
import { startRelayer } from "../../src/relayer.ts";
import { storeAgreed } from "../support/agreed.ts";
import { rpcAt } from "../support/chain.ts";
import { A, B, factsOf, leg, policy, T0 } from "../support/facts.ts";
import { SETTINGS } from "../support/pipeline.ts";
import { recordingNode } from "../support/recording-node.ts";
import { createViews, show } from "../support/views.ts";

const libraryAbi = parseAbi([
  "function verify(bytes packetHeader, bytes32 payloadHash, uint64 confirmations)",
  "function commitVerification(bytes packetHeader, bytes32 payloadHash)",
]);
/** Asked of a node, these change something. */
const CHANGING = /^(eth_send|eth_sign|personal_|anvil_|evm_)/;

describe("on the real contracts", function () {
  this.timeout(240_000);
  let directory: string;
  let chains: Chain[];
  let local: LocalDeployment;
  let database: TestDatabase;
  let db: Store;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "keystone-dry-run-"));
    chains = await Promise.all([A, B].map((chainId) => startChain({ chainId, dir: join(directory, String(chainId)) })));
    local = await deployLocally(chains, join(directory, "ignition"));
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

  const at = (chainId: number) => {
    const entry = local.deployment.chains.find((chain) => chain.chainId === chainId);
    const chain = chains.find((candidate) => candidate.chainId === chainId);
    if (entry === undefined || chain === undefined) throw new Error(`no chain ${chainId}`);
    return { ...connectChain(entry, rpcAt(chain.url)), url: chain.url };
  };

  /** Every row of every table that a relayer could write to. */
  async function tables(): Promise<Record<string, string[]>> {
    const { rows } = await sql<{ name: string }>`
      SELECT tablename AS name FROM pg_tables WHERE schemaname = 'keystone' ORDER BY 1`.execute(db);
    const dump = async (name: string) => {
      const table = sql.id("keystone", name);
      const { rows } = await sql<{ row: string }>`SELECT t::text AS row FROM ${table} AS t ORDER BY 1`.execute(db);
      return [name, rows.map(({ row }) => row)] as const;
    };
    return Object.fromEntries(await Promise.all(rows.map(({ name }) => dump(name))));
  }

  it("a dry run says what it would send, at what cost, and changes nothing anywhere", async () => {
    const { contracts, templates } = local.deployment;
    const { timestamp, number } = await at(A).client.getBlock();
    const past = Number(timestamp) - 100;
    const terms = {
      coordinator: contracts.coordinator,
      attesters: templates.attesters,
      threshold: 1,
      legs: [leg(A, 1, 3), leg(B, 3, 1)].map((one) => ({ ...one, escrow: contracts.escrow })),
    };
    // One has missed its deadline before it was ever created, one has yet to be screened.
    const late = await storeAgreed(db, { ...terms, depositDeadline: past - 60, settleDeadline: past });
    const fresh = await storeAgreed(db, { ...terms, depositDeadline: past + 4000, settleDeadline: past + 5000 });
    for (const chainId of [A, B]) {
      await show(db, "chain_head", { chain_id: BigInt(chainId), block_number: number, block_timestamp: timestamp });
    }
    const before = await tables();
    expect(before.intent).to.have.length(2);

    const nodes = await Promise.all([A, B].map((chainId) => recordingNode(at(chainId).url)));
    const file = join(directory, "deployments.json");
    await writeFile(file, JSON.stringify(local.deployment));
    const config = readConfig({
      DATABASE_URL: database.url,
      DEPLOYMENTS_FILE: file,
      [`RPC_URLS_${A}`]: nodes[0]?.url,
      [`RPC_URLS_${B}`]: nodes[1]?.url,
      RELAYER_KEYS: "env:GAS_KEY",
      GAS_KEY: localPrivateKey("relayer"),
      ATTESTER_KEY: "env:WORD_KEY",
      WORD_KEY: localPrivateKey("attester"),
      SECRETS_KEY: "11".repeat(32),
      SECRETS_KEY_ID: "test",
      SANCTIONS_LIST_DIR: directory,
      RELAYER_PORT: "0",
      RELAYER_DRY_RUN: "on",
    });
    const told = new Map<string, { outcome: string; msg: string } & Record<string, string>>();
    const heard = Promise.withResolvers<void>();
    const log = createLogger("info", {
      write(line: string) {
        const entry = JSON.parse(line);
        if (entry.msg === "dry run") told.set(`${entry.settlementId} ${entry.action}`, entry);
        if (told.size >= 2) heard.resolve();
      },
    });
    const relayer = await startRelayer(config, { providers: new Map(), sanctionsList: null }, log);
    await heard.promise;
    const ready = await fetch(`http://127.0.0.1:${relayer.port}/ready`);
    const { warnings } = (await ready.json()) as { warnings: string[] };
    await relayer.stop();
    await Promise.all(nodes.map((node) => node.stop()));

    const timeout = told.get(`${late.settlementId} timeout:${A}:`);
    expect(timeout).to.deep.include({
      outcome: "would_send",
      signer: localAccount("relayer").address,
      to: contracts.coordinator,
      value: "0",
    });
    const cost = BigInt(timeout?.gasLimit ?? 0) * BigInt(timeout?.maxFeePerGas ?? 0);
    expect(cost > 0n && timeout?.mostGasCost === cost.toString()).to.equal(true);
    expect(told.get(`${fresh.settlementId} begin_round:COMPLIANCE_CHECKING`)).to.have.property("outcome", "would_do");
    expect(warnings).to.include("dry run: nothing is signed, sent or stored");
    expect(await tables()).to.deep.equal(before);
    const asked = nodes.flatMap(({ methods }) => methods);
    expect(asked).to.include("eth_simulateV1");
    expect(asked.filter((method) => CHANGING.test(method))).to.deep.equal([]);
    expect(await at(A).client.getTransactionCount({ address: localAccount("relayer").address })).to.equal(0);
  });

  it("the database itself refuses what a dry run should not write", async () => {
    for (const url of [database.url, `${database.url}?options=-c%20lock_timeout%3D5000`]) {
      const readOnly = connect({ databaseUrl: url, readOnly: true });
      const refused = await sql`DELETE FROM keystone.intent`.execute(readOnly).then(
        () => null,
        (error: { code: string }) => error.code,
      );
      await readOnly.destroy();
      expect(refused, url).to.equal("25006");
    }
  });

  it("verifiers are silent until they have spoken, each for itself", async () => {
    const [source, target] = [at(A), at(B)];
    const proving = local.provePaths();
    const { packet, sentTransaction } = await sentPacket(source);
    const names = [localAccount("verifierA").address, localAccount("verifierB").address];
    const silent = async () => (await silentVerifiers(target, packet)).map((name) => name.toLowerCase()).sort();
    const sorted = (list: Address[]) => list.map((name) => name.toLowerCase()).sort();
    expect(await silent()).to.deep.equal(sorted(names));

    const node = await recordingNode(target.url);
    const overdue = { guid: packet.guid, sentTransaction, sentAt: T0 - policy.messageResendSeconds };
    const looked = lookFor(
      { ...overdue, sourceChainId: A, targetChainId: B, kind: "VERDICT", received: false },
      node.url,
    );
    expect((await looked.look()).sort()).to.deep.equal(sorted(names));
    const asked = node.methods.length;
    expect(asked).to.be.greaterThan(0);
    await looked.look();
    expect(node.methods.length, "asked again in the next pass").to.equal(asked);
    const [library] = await target.client.readContract({
      address: target.endpoint,
      abi: parseAbi(["function getReceiveLibrary(address, uint32) view returns (address, bool)"]),
      functionName: "getReceiveLibrary",
      args: [receiverOf(packet), packet.srcEid],
    });
    const { header, payloadHash } = packet;
    const speak = (verifier: "verifierA" | "verifierB", confirmations: bigint) =>
      call(
        target.url,
        verifier,
        library,
        encodeFunctionData({ abi: libraryAbi, functionName: "verify", args: [header, payloadHash, confirmations] }),
      );
    await speak("verifierA", 0n);
    expect(await silent(), "with too few confirmations").to.deep.equal(sorted(names));
    await speak("verifierA", 2n ** 32n);
    expect(await silent()).to.deep.equal(sorted(names.slice(1)));
    await speak("verifierB", 2n ** 32n);
    expect(await silent()).to.deep.equal([]);
    expect(await looked.lookLater()).to.deep.equal(["uncommitted"]);

    const commit = encodeFunctionData({
      abi: libraryAbi,
      functionName: "commitVerification",
      args: [header, payloadHash],
    });
    await call(target.url, "executor", library, commit);
    expect(await looked.lookLater(), "verified").to.deep.equal([]);
    await node.stop();
    const { srcEid, sender, nonce, guid, message } = packet;
    const args = [{ srcEid, sender, nonce }, receiverOf(packet), guid, message, "0x"] as const;
    await call(
      target.url,
      "executor",
      target.endpoint,
      encodeFunctionData({ abi: endpointAbi, functionName: "lzReceive", args }),
    );
    await proving;
  });

  /** What one process finds of a message that is overdue: which verifiers are silent about it, as it then tells. */
  function lookFor(message: MessageFacts, targetUrl: string) {
    const silence = new SilenceBook();
    const entry = local.deployment.chains.find(({ chainId }) => chainId === B) as DeploymentChain;
    const chains = new Map([
      [A, at(A)],
      [B, connectChain(entry, rpcAt(targetUrl))],
    ]);
    const lanes = lanesOf(chains.values(), { gas: [localAccount("relayer")], operator: null }, A);
    for (const lane of lanes) lane.fence = 1n;
    const log = createLogger("silent");
    const pipeline = { db, chains, lanes, holder: "", settings: SETTINGS, log, countAttempt: () => undefined };
    const parts = { db, pipeline, silence, policy, deployment: local.deployment, log, countAction: () => undefined };
    const look = async (patience: Patience) => {
      // What it would send it cannot store: of this settlement the database knows nothing.
      await act(parts as unknown as ActContext, patience, factsOf(), { type: "recover", message, again: null });
      return silence.counts(new Set([message.guid])).map(({ labels }) => labels.verifier);
    };
    const patience = new Patience();
    return { look: () => look(patience), lookLater: () => look(new Patience()) };
  }

  /** The first packet that a chain sends. */
  async function sentPacket({
    client,
    endpoint,
  }: ReturnType<typeof at>): Promise<{ packet: Packet; sentTransaction: Hex }> {
    for (;;) {
      const logs = await client.getLogs({ address: endpoint, fromBlock: 0n });
      const [sent] = parseEventLogs({ abi: endpointAbi, eventName: "PacketSent", logs });
      if (sent === undefined) continue;
      const receipt = await client.getTransactionReceipt({ hash: sent.transactionHash as Hex });
      const guid: Hex = `0x${sent.args.encodedPayload.slice(2 + 2 * 81, 2 + 2 * 113)}`;
      const packet = findPacket(receipt, endpoint, guid);
      if (packet !== null) return { packet, sentTransaction: sent.transactionHash as Hex };
    }
  }

  async function call(
    url: string,
    role: "verifierA" | "verifierB" | "executor",
    to: Address,
    data: Hex,
  ): Promise<void> {
    const wallet = createWalletClient({ account: localAccount(role), transport: http(url) });
    const hash = await wallet.sendTransaction({ chain: null, to, data, gas: 2_000_000n });
    let receipt: { status: Hex } | null = null;
    while (receipt === null) receipt = await rpc<{ status: Hex } | null>(url, "eth_getTransactionReceipt", [hash]);
    expect(receipt.status, role).to.equal("0x1");
  }
});

function receiverOf(packet: Packet): Address {
  return `0x${packet.receiver.slice(-40)}`;
}
