import { setTimeout as wait } from "node:timers/promises";
import { createPublicClient, type Hex, http } from "viem";
import type { Config } from "../src/config.ts";
import { log } from "./log.ts";

/** Thrown when a chain is not the one that the deployment names. */
export class WrongChainError extends Error {
  override name = "WrongChainError";
}

/**
 * Waits until every chain of the deployment answers and has the deployment's first block, and returns its hash by chain id.
 *
 * @throws WrongChainError when an RPC address answers for another chain.
 */
export async function startHashes({ deployment, rpcUrls }: Config): Promise<Map<number, Hex>> {
  const over = new AbortController();
  const hashes = deployment.chains.map(async ({ chainId, startBlock }) => {
    const client = createPublicClient({ transport: http(rpcUrls.get(chainId), { retryCount: 0, timeout: 10_000 }) });
    for (let attempt = 0; ; attempt++) {
      try {
        const actual = await client.getChainId();
        if (actual !== chainId) throw new WrongChainError(`RPC_URL_${chainId} answers for chain ${actual}`);
        const { hash } = await client.getBlock({ blockNumber: BigInt(startBlock) });
        return [chainId, hash] as const;
      } catch (error) {
        if (error instanceof WrongChainError || over.signal.aborted) throw error;
        const { shortMessage, message } = error as Error & { shortMessage?: string };
        if (attempt % 20 === 0)
          log("warn", "Waiting for the chain", { chain_id: chainId, error: shortMessage ?? message });
        await wait(Math.min(100 * 1.3 ** attempt, 2_000));
      }
    }
  });
  // One wrong chain is enough to stop waiting for the others.
  return new Map(await Promise.all(hashes).finally(() => over.abort()));
}
