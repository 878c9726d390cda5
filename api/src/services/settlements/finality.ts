import { type Deployment, deploymentChain } from "@keystoneos/protocol";

export type Finality = "pending" | "safe" | "finalized";

/** The newest indexed block of each chain, by chain id. */
export type Heads = ReadonlyMap<number, { block: number; timestamp: number }>;

/** How deep a block lies under the indexed head: 1 for the head itself, 0 while its chain is not indexed. */
export function confirmations(heads: Heads, chainId: number, block: number): number {
  const head = heads.get(chainId);
  return head === undefined ? 0 : Math.max(0, head.block - block + 1);
}

/** What that many confirmations are worth by the chain's policy. */
export function finalityOf(deployment: Deployment, chainId: number, depth: number): Finality {
  const { safe, finalized } = deploymentChain(deployment, chainId).finality;
  if (depth >= finalized) return "finalized";
  return depth >= safe ? "safe" : "pending";
}
