import type { DeploymentChain } from "@keystoneos/protocol";
import { createPublicClient, http, type PublicClient, webSocket } from "viem";
import { ChainError } from "../errors.ts";

/** A chain as the relayer uses it. Nodes are used to simulate, to send and to see what became of what was sent, never for facts. */
export interface Chain extends DeploymentChain {
  client: PublicClient;
}

export function connectChain(entry: DeploymentChain, rpcUrl: string): Chain {
  const transport = rpcUrl.startsWith("ws") ? webSocket(rpcUrl) : http(rpcUrl, { timeout: 10_000, retryCount: 1 });
  return { ...entry, client: createPublicClient({ transport, cacheTime: 0 }) };
}

/** Throws ChainError when the node answers for another chain: bytes signed for it would be valid elsewhere. */
export async function checkChain(chain: Chain): Promise<void> {
  const actual = await chain.client.getChainId().catch((cause: unknown) => {
    throw new ChainError(`RPC_URL_${chain.chainId}: no answer`, { cause });
  });
  if (actual !== chain.chainId) throw new ChainError(`RPC_URL_${chain.chainId}: the node is of chain ${actual}`);
}
