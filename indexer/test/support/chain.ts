import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as wait } from "node:timers/promises";
import { type Address, createTestClient, type Hex, http, publicActions, walletActions } from "viem";
import { freePort } from "../../../devnet/src/ports.ts";
import { emitterAbi, type RawLog } from "./logs.ts";

// Anvil's first development account, known to everyone.
const SENDER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

export type TestChain = Awaited<ReturnType<typeof startChain>>;

/**
 * Starts a chain that mines only when told, or every `blockTime` seconds. The contracts of `addresses` are there from the genesis
 * block on and emit whatever they are told.
 */
export async function startChain({ chainId, addresses, blockTime }: ChainOptions) {
  const port = await freePort();
  const mining = blockTime === undefined ? ["--no-mining"] : ["--block-time", String(blockTime)];
  const flags = ["--chain-id", String(chainId), "--port", String(port), "--order", "fifo", "--silent", ...mining];
  const node = spawn(anvil(), flags, { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  const client = createTestClient({
    mode: "anvil",
    account: SENDER,
    transport: http(url, { retryCount: 0 }),
    pollingInterval: 20,
  })
    .extend(publicActions)
    .extend(walletActions);
  await answers(node, () => client.getChainId());
  const bytecode = emitterCode();
  for (const address of addresses) await client.setCode({ address, bytecode });

  /** Puts logs into one transaction per contract call, all in the next block. Returns the transactions' hashes. */
  async function emit(...calls: { address: Address; logs: RawLog[] }[]): Promise<Hex[]> {
    const hashes: Hex[] = [];
    for (const { address, logs } of calls) {
      const call = { abi: emitterAbi, functionName: "emitLogs", args: [logs] } as const;
      hashes.push(await client.writeContract({ ...call, address, chain: null, gas: 3_000_000n }));
    }
    return hashes;
  }

  return {
    chainId,
    url,
    client,
    emit,
    mine: (blocks = 1) => client.mine({ blocks }),
    head: () => client.getBlockNumber({ cacheTime: 0 }),
    /** Replaces the newest `depth` blocks by empty ones. */
    reorg: (depth: number) =>
      client.request({ method: "anvil_reorg" as never, params: [depth, []] as never }) as Promise<unknown>,
    async stop() {
      if (node.exitCode !== null || node.signalCode !== null) return;
      node.kill("SIGKILL");
      await once(node, "exit");
    },
  };
}

interface ChainOptions {
  chainId: number;
  addresses: Address[];
  blockTime?: number;
}

async function answers(node: ChildProcess, ask: () => Promise<unknown>): Promise<void> {
  for (;;) {
    if (node.exitCode !== null) throw new Error(`anvil ended with ${node.exitCode}`);
    const answered = await ask().then(
      () => true,
      () => false,
    );
    if (answered) return;
    await wait(20);
  }
}

/** The binary itself: its npm wrapper would survive as a second process. */
function anvil(): string {
  const wrapper = createRequire(new URL("../../../devnet/package.json", import.meta.url)).resolve(
    "@foundry-rs/anvil/package.json",
  );
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  return createRequire(wrapper).resolve(`@foundry-rs/anvil-${process.platform}-${architecture}/bin/anvil`);
}

function emitterCode(): Hex {
  const artifact = new URL("../../../artifacts/test/doubles/EventEmitter.sol/EventEmitter.json", import.meta.url);
  return (JSON.parse(readFileSync(artifact, "utf8")) as { deployedBytecode: Hex }).deployedBytecode;
}
