import type { DeploymentChain } from "@keystoneos/protocol";
import { createPublicClient, custom, type PublicClient } from "viem";
import { Nodes } from "./nodes.ts";
import type { RpcConfig } from "./rpc-config.ts";
import { unwatched, type Watch } from "./watch.ts";

/** A chain as the relayer uses it. Nodes are used to simulate, to send and to see what became of what was sent, never for facts. */
export interface Chain extends DeploymentChain {
  /**
   * Answers of one node, the next one's when it fails: hints, by which nothing is done that could not be taken back. What decides is
   * asked by `head`, `receipts`, `nonceAt` and `agreedRead`, which want a quorum; `broadcastAll` sends.
   */
  client: PublicClient;
  nodes: Nodes;
}

/** Opens nothing before the first question. */
export function connectChain(entry: DeploymentChain, rpc: RpcConfig, watch: Watch = unwatched): Chain {
  const nodes = new Nodes(entry.chainId, rpc, watch);
  const transport = custom(
    { request: ({ method, params }: { method: string; params?: unknown }) => nodes.askOne(method, params ?? []) },
    { retryCount: 0 },
  );
  // A contract could have viem fetch any URL (EIP-3668).
  return { ...entry, nodes, client: createPublicClient({ transport, cacheTime: 0, ccipRead: false }) };
}

/** Throws when fewer nodes than the quorum are of this chain: bytes signed for it would be valid elsewhere. See `Nodes.check`. */
export function checkChain(chain: Chain): Promise<void> {
  return chain.nodes.check();
}
