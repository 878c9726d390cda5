import {
  createPublicClient,
  encodeFunctionData,
  getAbiItem,
  type Hex,
  http,
  keccak256,
  type PublicClient,
  parseAbi,
  zeroHash,
} from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import type { WorkerChainConfig } from "./config.ts";
import type { Packet } from "./packet.ts";

const endpointAbi = parseAbi([
  "event PacketSent(bytes encodedPayload, bytes options, address sendLibrary)",
  "function getReceiveLibrary(address receiver, uint32 srcEid) view returns (address lib, bool isDefault)",
  "function inboundNonce(address receiver, uint32 srcEid, bytes32 sender) view returns (uint64)",
  "function lazyInboundNonce(address receiver, uint32 srcEid, bytes32 sender) view returns (uint64)",
  "function inboundPayloadHash(address receiver, uint32 srcEid, bytes32 sender, uint64 nonce) view returns (bytes32)",
  "function initializable((uint32 srcEid, bytes32 sender, uint64 nonce) origin, address receiver) view returns (bool)",
  "function lzReceive((uint32 srcEid, bytes32 sender, uint64 nonce) origin, address receiver, bytes32 guid, bytes message, bytes extraData) payable",
]);
const libraryAbi = parseAbi([
  "struct UlnConfig { uint64 confirmations; uint8 requiredDVNCount; uint8 optionalDVNCount; uint8 optionalDVNThreshold; address[] requiredDVNs; address[] optionalDVNs; }",
  "function getUlnConfig(address oapp, uint32 remoteEid) view returns (UlnConfig)",
  "function hashLookup(bytes32 headerHash, bytes32 payloadHash, address verifier) view returns (bool submitted, uint64 confirmations)",
  "function verify(bytes packetHeader, bytes32 payloadHash, uint64 confirmations)",
  "function commitVerification(bytes packetHeader, bytes32 payloadHash)",
]);

export interface SentPacket {
  data: Hex;
  blockNumber: number;
  logIndex: number;
}

/** What a target chain knows of a packet. Each step presupposes the one before. */
export interface PathState {
  library: Hex;
  confirmations: bigint;
  /** Which of the two verifiers have spoken. */
  verified: [boolean, boolean];
  /** The endpoint holds the packet's hash, or did and it was delivered. */
  committed: boolean;
  delivered: boolean;
  /** Every nonce up to this one is committed; one above it cannot be delivered. */
  inboundNonce: bigint;
  /** False while the receiver refuses the path. */
  open: boolean;
}

/** One chain as the worker sees it: packets sent there, and steps of a delivery taken there. */
export class WorkerChain {
  readonly config: WorkerChainConfig;
  readonly #client: PublicClient;
  readonly #nonces = new Map<Hex, number>();
  #genesis: Hex | null = null;

  constructor(config: WorkerChainConfig) {
    this.config = config;
    // No retries: the worker's next round is the retry, and it starts from what the chain says then.
    this.#client = createPublicClient({
      transport: http(config.rpcUrl, { batch: true, retryCount: 0, timeout: 5_000 }),
    });
  }

  async head(): Promise<number> {
    return Number(await this.#client.getBlockNumber({ cacheTime: 0 }));
  }

  /** Tells this chain from another one with its id. Asked once: a chain that begins anew comes with a new world. */
  async genesis(): Promise<Hex> {
    this.#genesis ??= (await this.#client.getBlock({ blockNumber: 0n })).hash;
    return this.#genesis;
  }

  async packetsSent(fromBlock: number, toBlock: number): Promise<SentPacket[]> {
    const logs = await this.#client.getLogs({
      address: this.config.endpoint,
      event: getAbiItem({ abi: endpointAbi, name: "PacketSent" }),
      fromBlock: BigInt(fromBlock),
      toBlock: BigInt(toBlock),
    });
    return logs.map(({ data, blockNumber, logIndex }) => ({ data, blockNumber: Number(blockNumber), logIndex }));
  }

  async pathState(packet: Packet, verifiers: readonly [Hex, Hex]): Promise<PathState> {
    const { receiver, srcEid, sender, nonce } = packet;
    const path = [receiver, srcEid, sender] as const;
    const endpoint = { address: this.config.endpoint, abi: endpointAbi } as const;
    const [[library], inboundNonce, lazyNonce, hash, open] = await Promise.all([
      this.#client.readContract({ ...endpoint, functionName: "getReceiveLibrary", args: [receiver, srcEid] }),
      this.#client.readContract({ ...endpoint, functionName: "inboundNonce", args: path }),
      this.#client.readContract({ ...endpoint, functionName: "lazyInboundNonce", args: path }),
      this.#client.readContract({ ...endpoint, functionName: "inboundPayloadHash", args: [...path, nonce] }),
      // An account without code cannot answer, and will not receive either.
      this.#client
        .readContract({ ...endpoint, functionName: "initializable", args: [{ srcEid, sender, nonce }, receiver] })
        .catch(() => false),
    ]);
    const ofLibrary = { address: library, abi: libraryAbi } as const;
    const spoken = (verifier: Hex) => {
      const args = [keccak256(packet.header), packet.payloadHash, verifier] as const;
      return this.#client.readContract({ ...ofLibrary, functionName: "hashLookup", args });
    };
    const [{ confirmations }, [a], [b]] = await Promise.all([
      this.#client.readContract({ ...ofLibrary, functionName: "getUlnConfig", args: [receiver, srcEid] }),
      spoken(verifiers[0]),
      spoken(verifiers[1]),
    ]);
    const delivered = nonce <= lazyNonce && hash === zeroHash;
    const committed = delivered || hash !== zeroHash;
    return { library, confirmations, verified: [a, b], committed, delivered, inboundNonce, open };
  }

  verify(verifier: Hex, packet: Packet, { library, confirmations }: PathState): Promise<Hex> {
    const args = [packet.header, packet.payloadHash, confirmations] as const;
    return this.#send(
      verifier,
      library,
      encodeFunctionData({ abi: libraryAbi, functionName: "verify", args }),
      150_000n,
    );
  }

  commit(executor: Hex, packet: Packet, { library }: PathState): Promise<Hex> {
    const args = [packet.header, packet.payloadHash] as const;
    return this.#send(
      executor,
      library,
      encodeFunctionData({ abi: libraryAbi, functionName: "commitVerification", args }),
      400_000n,
    );
  }

  deliver(executor: Hex, packet: Packet): Promise<Hex> {
    const { srcEid, sender, nonce, receiver, guid, message, gas } = packet;
    const args = [{ srcEid, sender, nonce }, receiver, guid, message, "0x"] as const;
    const data = encodeFunctionData({ abi: endpointAbi, functionName: "lzReceive", args });
    // What the sender paid for arrives at the endpoint; the transaction's own cost comes on top.
    const intrinsic = 21_000n + 16n * BigInt(data.length / 2);
    return this.#send(executor, this.config.endpoint, data, intrinsic + gas);
  }

  /** Null while it is in no block; else whether it succeeded. */
  async outcome(hash: Hex): Promise<boolean | null> {
    const receipt = await this.#client.getTransactionReceipt({ hash }).catch(() => null);
    return receipt === null ? null : receipt.status === "success";
  }

  /** Forgets counted nonces: after a failure the chain's own count is asked again. */
  forgetNonces(): void {
    this.#nonces.clear();
  }

  async #send(key: Hex, to: Hex, data: Hex, gas: bigint): Promise<Hex> {
    const account = accountOf(key);
    let nonce = this.#nonces.get(key);
    nonce ??= await this.#client.getTransactionCount({ address: account.address, blockTag: "pending" });
    const fees = { maxFeePerGas: 100_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n };
    const request = { type: "eip1559", chainId: this.config.chainId, nonce, to, data, gas, ...fees } as const;
    const serializedTransaction = await account.signTransaction(request);
    const hash = await this.#client.sendRawTransaction({ serializedTransaction });
    this.#nonces.set(key, nonce + 1);
    return hash;
  }
}

const accounts = new Map<Hex, PrivateKeyAccount>();

function accountOf(key: Hex): PrivateKeyAccount {
  const account = accounts.get(key) ?? privateKeyToAccount(key);
  accounts.set(key, account);
  return account;
}
