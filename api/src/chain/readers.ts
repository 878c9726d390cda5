import type { Deployment, Terms } from "@keystoneos/protocol";
import { escrowAbi } from "@keystoneos/protocol/abi";
import { type Address, createPublicClient, http, type PublicClient } from "viem";
import { readToken, type TokenFacts } from "./read-token.ts";

/** What this process reads of chain nodes: unknown tokens, message fees, and how far the chain is. It never writes. */
export interface ChainReaders {
  /** Throws TokenUnreadableError. */
  readToken(chainId: number, address: Address): Promise<TokenFacts>;
  /** Wei for reporting a lock from that chain; null when no node answers. */
  quoteLocked(chainId: number, terms: Terms): Promise<bigint | null>;
  /** The newest block's number; null when no node answers. */
  headBlock(chainId: number): Promise<number | null>;
}

const TIMEOUT_MS = 3_000;
/** GET /v1/status is open to anyone; however often it is called, a node is asked once in this time. */
const HEAD_CACHE_MS = 1_000;

/** Opens nothing before the first call. `rpcUrls` by chain id. */
export function createChainReaders(deployment: Deployment, rpcUrls: ReadonlyMap<number, string>): ChainReaders {
  const clients = new Map<number, PublicClient>(
    deployment.chains.map(({ chainId }) => [
      chainId,
      createPublicClient({
        transport: http(rpcUrls.get(chainId), { timeout: TIMEOUT_MS, retryCount: 1, batch: true }),
      }),
    ]),
  );
  const clientOf = (chainId: number): PublicClient => {
    const client = clients.get(chainId);
    if (client === undefined) throw new Error(`no chain ${chainId} in the deployment`);
    return client;
  };
  const heads = new Map<number, { at: number; block: Promise<number | null> }>();
  return {
    readToken: (chainId, address) => readToken(clientOf(chainId), address),
    async quoteLocked(chainId, terms) {
      try {
        return await clientOf(chainId).readContract({
          address: deployment.contracts.escrow,
          abi: escrowAbi,
          functionName: "quoteLocked",
          args: [terms, true],
        });
      } catch {
        return null;
      }
    },
    headBlock(chainId) {
      const cached = heads.get(chainId);
      if (cached !== undefined && performance.now() - cached.at < HEAD_CACHE_MS) return cached.block;
      const block = clientOf(chainId)
        .getBlockNumber({ cacheTime: 0 })
        .then(Number, () => null);
      heads.set(chainId, { at: performance.now(), block });
      return block;
    },
  };
}
