import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Hex } from "viem";
import { DevnetError } from "../errors.ts";
import type { Journal } from "./journal.ts";
import { rpc } from "./rpc.ts";

interface NodeBlock {
  number: Hex;
  hash: Hex;
  parentHash: Hex;
  timestamp: Hex;
  transactions: Hex[];
}

export interface Recorder {
  /** Resolves when all that the node has by now is on record, and what cannot be mined again is dumped. */
  recorded: () => Promise<void>;
  /** Stops listening, and leaves a dumped state behind if the node still answers. */
  stop: () => Promise<void>;
}

/**
 * Writes every accepted transaction and every block of a running node into its journal, and its whole state from time to time: a
 * dump costs the node a pause that grows with its history, so the longer it took, the longer the next one waits.
 */
export async function record(url: string, journal: Journal, dumpEveryMs = 60_000): Promise<Recorder> {
  const socket = await subscribe(url);
  let work: Promise<unknown> = Promise.resolve();
  let nextDump = performance.now() + dumpEveryMs;
  // A killed node fails whatever is under way; who watches its process knows.
  const enqueue = (task: () => Promise<unknown>) => {
    work = work.then(task).catch(() => {});
  };
  const dump = async () => {
    const started = performance.now();
    await dumpState(url, journal);
    nextDump = performance.now() + Math.max(dumpEveryMs, 100 * (performance.now() - started));
  };
  const recordHead = async (hash: Hex) => {
    const replaced = await recordUpTo(url, journal, hash);
    // Blocks that replaced others cannot be mined again to the same hash, so they go into a dump at once.
    if (replaced || performance.now() > nextDump) await dump();
  };

  socket.onmessage = ({ data }) => {
    const { params } = JSON.parse(String(data)) as { params?: { result: Hex | { hash: Hex } } };
    if (params === undefined) return;
    const { result } = params;
    if (typeof result === "string") enqueue(() => recordTransaction(url, journal, result));
    else enqueue(() => recordHead(result.hash));
  };
  const recorded = async () => {
    const latest = await rpc<NodeBlock>(url, "eth_getBlockByNumber", ["latest", false]);
    enqueue(() => recordHead(latest.hash));
    await work;
  };
  void recorded().catch(() => {});

  return {
    recorded,
    stop: async () => {
      socket.onmessage = null;
      socket.close();
      enqueue(dump);
      await work;
    },
  };
}

/** Dumps a node's state into its journal. */
async function dumpState(url: string, journal: Journal): Promise<void> {
  // The dump holds this block at least, perhaps the next one too.
  const { head } = journal;
  const compressed = await rpc<Hex>(url, "anvil_dumpState");
  const state = await promisify(gunzip)(Buffer.from(compressed.slice(2), "hex"));
  if (head !== null) journal.writeState(state, head);
}

async function subscribe(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url.replace(/^http/, "ws"));
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new DevnetError("ChainUnreachable", `No WebSocket at ${url}`));
  });
  socket.onerror = () => {};
  ["newPendingTransactions", "newHeads"].forEach((name, id) => {
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, method: "eth_subscribe", params: [name] }));
  });
  return socket;
}

async function recordTransaction(url: string, journal: Journal, hash: Hex): Promise<void> {
  if (journal.raw(hash) !== undefined) return;
  const raw = await rpc<Hex | null>(url, "eth_getRawTransactionByHash", [hash]);
  if (raw !== null) journal.addTransaction(hash, raw);
}

/** Records a block and those before it that are not on record yet. True when they replaced others. */
async function recordUpTo(url: string, journal: Journal, hash: Hex): Promise<boolean> {
  const missing: NodeBlock[] = [];
  let next: Hex = hash;
  for (;;) {
    const block: NodeBlock | null = await rpc<NodeBlock | null>(url, "eth_getBlockByHash", [next, false]);
    if (block === null) break;
    const number = Number(block.number);
    if (number === 0 || number < (journal.base?.number ?? 0) || journal.hashAt(number) === next) break;
    missing.unshift(block);
    next = block.parentHash;
  }
  const head = journal.head?.number ?? 0;
  for (const block of missing) {
    for (const transaction of block.transactions) await recordTransaction(url, journal, transaction);
    journal.addBlock({
      number: Number(block.number),
      hash: block.hash,
      timestamp: Number(block.timestamp),
      transactions: block.transactions,
    });
  }
  return missing[0] !== undefined && Number(missing[0].number) <= head;
}

/**
 * Brings a scratch node that has loaded the dumped state to the end of the journal, and dumps that.
 *
 * @throws DevnetError ChainHistoryDiffers when a block does not come back with its hash.
 */
export async function replay(url: string, journal: Journal): Promise<void> {
  const loaded = await rpc<NodeBlock>(url, "eth_getBlockByNumber", ["latest", false]);
  const blocks = journal.blocks.filter((block) => block.number > Number(loaded.number));
  for (const block of blocks) {
    try {
      for (const transaction of block.transactions)
        await rpc(url, "eth_sendRawTransaction", [journal.raw(transaction)]);
      await rpc(url, "evm_mine", [{ timestamp: block.timestamp }]);
    } catch (cause) {
      throw differs(journal, block.number, cause);
    }
  }
  const head = await rpc<NodeBlock>(url, "eth_getBlockByNumber", ["latest", false]);
  const expected = blocks.at(-1);
  if (expected !== undefined && head.hash !== expected.hash) throw differs(journal, expected.number);
  journal.rebase({ number: Number(head.number), hash: head.hash });
  await dumpState(url, journal);
}

function differs(journal: Journal, number: number, cause?: unknown): DevnetError {
  return new DevnetError(
    "ChainHistoryDiffers",
    `Chain ${journal.chainId} did not come back as it was, at or before block ${number}. Delete the world's folder to begin anew.`,
    { cause },
  );
}
