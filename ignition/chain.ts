import type { DeploymentPlan } from "@keystoneos/protocol/deployment";
import { type Address, createPublicClient, custom, type PublicClient } from "viem";

/** A JSON-RPC connection that signs for its accounts itself, as Hardhat's and a development node's do. */
export interface Provider {
  request(call: { method: string; params?: unknown }): Promise<unknown>;
}

/** One chain of a plan, ready to be deployed to. */
export interface Target {
  plan: DeploymentPlan;
  chainId: number;
  provider: Provider;
  client: PublicClient;
  deployer: Address;
  /** Ignition's journal of this chain: a step that is done is not sent again, an interrupted one goes on. */
  dir: string;
  pace: Pace;
  /** Told of each transaction that is sent. */
  onSent?: (what: string, hash: string) => void;
}

/** How long to wait for what. */
export interface Pace {
  /** Blocks, its own included, after which a transaction counts as done. */
  confirmations: number;
  pollingMs: number;
}

/** For public chains. */
export const PUBLIC_PACE: Pace = { confirmations: 5, pollingMs: 1_000 };

export function clientOf(provider: Provider, { pollingMs }: Pace): PublicClient {
  const request = ({ method, params }: { method: string; params?: unknown }) =>
    provider.request(params === undefined ? { method } : { method, params });
  return createPublicClient({ transport: custom({ request }), pollingInterval: pollingMs });
}

/** What a person calls the chain. */
export function chainName({ plan, chainId }: Pick<Target, "plan" | "chainId">): string {
  const name = plan.chains.find((chain) => chain.chainId === chainId)?.name ?? "unknown";
  return `${name} (${chainId})`;
}
