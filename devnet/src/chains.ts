import type { ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { launchAnvil } from "./chains/anvil.ts";
import { Journal } from "./chains/journal.ts";
import { type Recorder, record, replay } from "./chains/recorder.ts";
import { rpc } from "./chains/rpc.ts";
import { freePort } from "./ports.ts";

export interface ChainOptions {
  chainId: number;
  /** Folder of this chain: its journal, its dumped state, its log. */
  dir: string;
  /** TCP port on 127.0.0.1 for HTTP and WebSocket; a free one by default. */
  port?: number;
  logFile?: string;
}

export interface Chain {
  chainId: number;
  url: string;
  process: ChildProcess;
  /** Resolves when the node has ended, for whatever reason. */
  exited: Promise<void>;
  /** Resolves when a kill of the node would take nothing back that it has by now. */
  recorded: () => Promise<void>;
  stop: () => Promise<void>;
}

/**
 * Starts a local chain with one block a second, or goes on with the one in `dir`: same blocks, same hashes, also after a kill -9
 * of the node. The chain's clock is the wall clock; while the node is down there are no blocks.
 *
 * What a killed node had accepted and not yet told, a few milliseconds' worth, is lost like in a reorganisation by one block. State
 * set by development calls (anvil_setBalance and the like) is kept from the next dump on, which comes at least every minute while young.
 *
 * @throws DevnetError PortInUse, ChainNotInstalled, ChainStartFailed, ChainHistoryDiffers.
 * @example
 * const { url, stop } = await startChain({ chainId: 11155111, dir: ".keystone/chains/11155111" });
 */
export async function startChain(options: ChainOptions): Promise<Chain> {
  const { chainId } = options;
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true });
  const logFile = options.logFile ?? join(dir, "anvil.log");
  const journal = new Journal(dir, chainId);
  await catchUp(journal, logFile);

  const port = options.port ?? (await freePort());
  const node = await launchAnvil(chainId, port, ["--block-time", "1", ...origin(journal)], logFile);
  let recorder: Recorder;
  try {
    const head = await rpc<{ timestamp: string }>(node.url, "eth_getBlockByNumber", ["latest", false]);
    await rpc(node.url, "evm_setTime", [Math.max(Math.floor(Date.now() / 1000), Number(head.timestamp) + 1)]);
    recorder = await record(node.url, journal);
    for (const raw of journal.pending) await rpc(node.url, "eth_sendRawTransaction", [raw]).catch(() => {});
  } catch (error) {
    await node.kill();
    throw error;
  }
  return {
    chainId,
    url: node.url,
    process: node.process,
    exited: node.exited,
    recorded: recorder.recorded,
    stop: async () => {
      await recorder.stop();
      await node.kill();
    },
  };
}

/** Works the journal into the dumped state on a scratch node, so that nobody ever sees the real one at a lower head. */
async function catchUp(journal: Journal, logFile: string): Promise<void> {
  if (journal.blocks.length === 0 && !journal.hasState) return;
  const scratch = await launchAnvil(journal.chainId, await freePort(), ["--no-mining", ...origin(journal)], logFile);
  try {
    await replay(scratch.url, journal);
  } finally {
    await scratch.kill();
  }
}

function origin(journal: Journal): string[] {
  const flags = ["--timestamp", String(journal.genesisTime)];
  return journal.hasState ? [...flags, "--load-state", journal.stateFile] : flags;
}
