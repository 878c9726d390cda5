import { type ChainEvent, decodeChainEvent } from "@keystoneos/protocol";
import type { Address, Hex, RpcLog, RpcTransactionReceipt } from "viem";
import { rpc } from "../../devnet/src/chains/rpc.ts";
import type { World } from "../../devnet/src/world.ts";

/** A transaction of a block. */
export interface Mined {
  hash: Hex;
  from: Address;
  gasUsed: number;
  succeeded: boolean;
}

export interface SeenBlock {
  chainId: number;
  number: number;
  /** Milliseconds since 1970 at which it was there. */
  at: number;
  gasLimit: number;
  transactions: Mined[];
  /** Of the deployment's contracts, in their order. */
  events: ChainEvent[];
}

type OnBlock = (block: SeenBlock) => void;

/** Follows the chains of a world by their own announcements, with one question for each block. */
export class Watch {
  readonly #world: World;
  readonly #sockets: WebSocket[] = [];
  readonly #blocks: SeenBlock[] = [];
  /** By hash, whatever is in a block. */
  readonly #mined = new Map<Hex, Mined>();
  readonly #awaited = new Map<Hex, (mined: Mined) => void>();
  readonly #listeners = new Set<OnBlock>();
  #work: Promise<void> = Promise.resolve();

  constructor(world: World) {
    this.#world = world;
  }

  async start(): Promise<void> {
    await Promise.all(this.#world.chains.map(({ chainId, rpcUrl }) => this.#follow(chainId, rpcUrl)));
  }

  stop(): void {
    for (const socket of this.#sockets) socket.close();
  }

  /** Told of every block in its turn, until the function that comes back is called. */
  listen(listener: OnBlock): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The newest block of a chain at a time, milliseconds since 1970. */
  numberAt(chainId: number, time: number): number {
    const block = this.#blocks.findLast((block) => block.chainId === chainId && block.at <= time);
    if (block === undefined) throw new Error(`no block of chain ${chainId} was seen before`);
    return block.number;
  }

  /** Blocks that came between two times. */
  between(from: number, to: number): SeenBlock[] {
    return this.#blocks.filter(({ at }) => at >= from && at <= to);
  }

  /** Resolves when a transaction is in a block. */
  transaction(hash: Hex): Promise<Mined> {
    const mined = this.#mined.get(hash);
    if (mined !== undefined) return Promise.resolve(mined);
    return new Promise((resolve) => this.#awaited.set(hash, resolve));
  }

  async #follow(chainId: number, url: string): Promise<void> {
    const socket = new WebSocket(url.replace(/^http/, "ws"));
    this.#sockets.push(socket);
    const first = Promise.withResolvers<void>();
    socket.onerror = () => first.reject(new Error(`no WebSocket at ${url}`));
    socket.onopen = () =>
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newHeads"] }));
    socket.onmessage = ({ data }) => {
      const { params } = JSON.parse(String(data)) as { params?: { result: { number: Hex; gasLimit: Hex } } };
      if (params === undefined) return;
      const at = Date.now();
      this.#work = this.#work.then(() => this.#read(chainId, url, params.result, at));
      // A block that cannot be read ends the measurement.
      void this.#work.then(first.resolve);
    };
    await first.promise;
  }

  async #read(chainId: number, url: string, head: { number: Hex; gasLimit: Hex }, at: number): Promise<void> {
    const receipts = await rpc<RpcTransactionReceipt[]>(url, "eth_getBlockReceipts", [head.number]);
    const block: SeenBlock = {
      chainId,
      number: Number(head.number),
      at,
      gasLimit: Number(head.gasLimit),
      transactions: receipts.map(({ transactionHash, from, gasUsed, status }) => ({
        hash: transactionHash,
        from: from.toLowerCase() as Address,
        gasUsed: Number(gasUsed),
        succeeded: status === "0x1",
      })),
      events: receipts.flatMap(({ logs }) => logs.flatMap((log) => this.#decoded(chainId, log))),
    };
    this.#blocks.push(block);
    for (const transaction of block.transactions) {
      this.#mined.set(transaction.hash, transaction);
      this.#awaited.get(transaction.hash)?.(transaction);
      this.#awaited.delete(transaction.hash);
    }
    for (const listener of [...this.#listeners]) listener(block);
  }

  #decoded(chainId: number, { address, data, topics, blockNumber, logIndex }: RpcLog): ChainEvent[] {
    const log = { address, data, topics, blockNumber: BigInt(blockNumber ?? 0), logIndex: Number(logIndex) };
    const event = decodeChainEvent(this.#world.deployment, chainId, log);
    return event === null ? [] : [event];
  }
}
