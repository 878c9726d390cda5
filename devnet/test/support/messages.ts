import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hashTerms, type Terms } from "@keystoneos/protocol";
import { coordinatorAbi, endpointAbi, escrowAbi } from "@keystoneos/protocol/abi";
import { pathProofTerms } from "@keystoneos/protocol/deployment";
import {
  createPublicClient,
  createWalletClient,
  type Hex,
  http,
  type PublicClient,
  parseEventLogs,
  toHex,
  type WalletClient,
} from "viem";
import { type Chain, startChain } from "../../src/chains.ts";
import { deployLocally, type LocalDeployment } from "../../src/deploy/world.ts";
import { localAccount } from "../../src/keys.ts";
import { startNodeProcess } from "../../src/process/node-process.ts";
import type { Running } from "../../src/process/supervisor.ts";
import { CHAIN_IDS, freePorts } from "../../src/world/options.ts";
import { describeProcess, layerZeroFile, type WorldSettings } from "../../src/world/processes.ts";

const HOME = 11155111;
const AWAY = 84532;

/** A message on its way: the rollback of terms that nobody will ever settle. */
export interface Message {
  settlementId: Hex;
  guid: Hex;
}

/** Two chains with LayerZero and the protocol, and the message worker as a process of its own. */
export class MessageWorld {
  readonly #settings: WorldSettings;
  readonly #chains: Chain[];
  readonly local: LocalDeployment;
  readonly home: PublicClient;
  readonly away: PublicClient;
  readonly #wallet: WalletClient;
  worker!: Running;

  private constructor(settings: WorldSettings, chains: Chain[], local: LocalDeployment) {
    this.#settings = settings;
    this.#chains = chains;
    this.local = local;
    const transport = (chainId: number) => http((chains.find((chain) => chain.chainId === chainId) as Chain).url);
    this.home = createPublicClient({ transport: transport(HOME), pollingInterval: 50 });
    this.away = createPublicClient({ transport: transport(AWAY), pollingInterval: 50 });
    this.#wallet = createWalletClient({ transport: transport(HOME), account: localAccount("firstParty") });
  }

  static async start(dir: string): Promise<MessageWorld> {
    const ports = await freePorts();
    mkdirSync(join(dir, "logs"), { recursive: true });
    const chains = await Promise.all(
      CHAIN_IDS.map((chainId) =>
        startChain({ chainId, dir: join(dir, String(chainId)), port: ports.chains[chainId] as number }),
      ),
    );
    const local = await deployLocally(chains, join(dir, "ignition"));
    const served = local.deployment.chains.map(({ chainId, eid, endpoint }) => ({ chainId, eid, endpoint }));
    writeFileSync(layerZeroFile(dir), JSON.stringify(served));
    const secrets = { secretsKey: "", directoryClientSecret: "", issuerAdminToken: "" };
    const world = new MessageWorld(
      { dir, ports, databaseUrl: "", secrets, furtherRelayers: [], env: {} },
      chains,
      local,
    );
    await world.startWorker();
    await local.provePaths();
    return world;
  }

  async startWorker(): Promise<void> {
    this.worker = await startNodeProcess(describeProcess("worker", this.#settings));
  }

  async stop(): Promise<void> {
    await this.worker.stop();
    await Promise.all(this.#chains.map((chain) => chain.stop()));
  }

  get workerUrl(): string {
    return `http://127.0.0.1:${this.#settings.ports.worker}`;
  }

  async faults(plan: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${this.workerUrl}/faults`, { method: "POST", headers, body: JSON.stringify(plan) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  async outstanding(): Promise<{ guid: Hex; lost: number; reverted: number }[]> {
    return (await fetch(`${this.workerUrl}/packets`)).json() as Promise<
      { guid: Hex; lost: number; reverted: number }[]
    >;
  }

  /** Sends messages in this order, in one block or in neighbouring ones. */
  async send(count = 1): Promise<Message[]> {
    const { contracts } = this.local.deployment;
    const coordinator = { address: contracts.coordinator, abi: coordinatorAbi, chain: null } as const;
    const trades = Array.from({ length: count }, () => this.#dummyTerms());
    const account = localAccount("firstParty");
    let nonce = await this.home.getTransactionCount({ address: account.address });
    const fee = await this.home.readContract({
      ...coordinator,
      functionName: "quoteDispatch",
      args: [trades[0] as Terms, BigInt(AWAY), false],
    });
    const hashes: Hex[] = [];
    for (const terms of trades) {
      const common = { ...coordinator, account, gas: 1_000_000n } as const;
      await this.#wallet.writeContract({ ...common, functionName: "timeout", args: [terms], nonce: nonce++ });
      hashes.push(
        await this.#wallet.writeContract({
          ...common,
          functionName: "dispatch",
          args: [terms, BigInt(AWAY)],
          value: fee,
          nonce: nonce++,
        }),
      );
    }
    return Promise.all(
      hashes.map(async (hash, i) => {
        const { logs } = await this.home.waitForTransactionReceipt({ hash });
        const [dispatched] = parseEventLogs({ abi: coordinatorAbi, logs, eventName: "VerdictDispatched" });
        if (dispatched === undefined) throw new Error(`no message was sent by ${hash}`);
        return { settlementId: hashTerms(trades[i] as Terms), guid: dispatched.args.guid };
      }),
    );
  }

  /** The verdicts that the other chain's escrow has recorded, in order. */
  async received(messages: Message[]): Promise<Hex[]> {
    const address = this.local.deployment.contracts.escrow;
    const logs = await this.away.getContractEvents({
      address,
      abi: escrowAbi,
      eventName: "VerdictReceived",
      fromBlock: 0n,
    });
    const sent = new Set(messages.map(({ settlementId }) => settlementId));
    return logs.map(({ args }) => args.settlementId as Hex).filter((id) => sent.has(id));
  }

  /** What the other chain's endpoint has verified, by nonce. */
  async verifiedNonces(): Promise<bigint[]> {
    const logs = await this.away.getContractEvents({
      address: this.endpoint,
      abi: endpointAbi,
      eventName: "PacketVerified",
      fromBlock: 0n,
    });
    return logs.map(({ args }) => args.origin?.nonce as bigint);
  }

  get endpoint(): Hex {
    return this.local.deployment.chains.find(({ chainId }) => chainId === AWAY)?.endpoint as Hex;
  }

  /** Waits until the other chain has given some more blocks. */
  async blocksPass(count: number): Promise<void> {
    const target = (await this.away.getBlockNumber({ cacheTime: 0 })) + BigInt(count);
    while ((await this.away.getBlockNumber({ cacheTime: 0 })) < target)
      await new Promise((resolve) => setTimeout(resolve, 100));
  }

  #dummyTerms(): Terms {
    const { deployment } = this.local;
    return { ...pathProofTerms(deployment, deployment.contracts, AWAY), ref: toHex(randomBytes(16)) };
  }

  /** The packet as its sender's endpoint announced it, for whoever delivers it instead of the worker. */
  async packet(message: Message): Promise<{ nonce: bigint; payload: Hex }> {
    const logs = await this.home.getContractEvents({
      address: this.local.deployment.chains[0]?.endpoint as Hex,
      abi: endpointAbi,
      eventName: "PacketSent",
      fromBlock: 0n,
    });
    const found = logs.find(({ args }) => args.encodedPayload?.includes(message.guid.slice(2)));
    const encoded = found?.args.encodedPayload as Hex;
    return { nonce: BigInt(`0x${encoded.slice(4, 20)}`), payload: `0x${encoded.slice(2 + 2 * 113)}` };
  }
}
