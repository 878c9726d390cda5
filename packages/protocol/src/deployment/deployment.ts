import type { Address } from "viem";
import { ProtocolError } from "../errors.ts";

/** One deployment of the protocol, as written by the deployer and read by every process. All contracts have the same address on every chain. */
export interface Deployment {
  coordinatorChainId: number;
  contracts: DeploymentContracts;
  /** In row order; row 0 need not be the coordinator's chain. */
  chains: DeploymentChain[];
  /** Global entries of the instrument registry. */
  instruments: DeploymentInstrument[];
  /** Parameters of the shipped templates. */
  templates: DeploymentTemplates;
}

export interface DeploymentContracts {
  root: Address;
  coordinator: Address;
  escrow: Address;
  registry: Address;
  messenger: Address;
  /** On the coordinator's chain only. It has no power: nothing that is safe depends on what stands there. */
  router: Address;
}

export interface DeploymentChain {
  chainId: number;
  name: string;
  /** Bit of the chain in lock and release masks. */
  row: number;
  /** LayerZero endpoint id. */
  eid: number;
  endpoint: Address;
  /** First block that can hold an event of the deployment. */
  startBlock: number;
  /** Confirmations until a fact counts as safe and as finalized. */
  finality: { safe: number; finalized: number };
}

export interface DeploymentInstrument {
  alias: string;
  alias_type: "isin" | "ticker" | "custom";
  chain_id: number;
  token_address: Address;
  token_standard: TokenStandardName;
  decimals: number;
  leg_type: "asset_delivery" | "payment" | null;
  name: string | null;
}

/** Token standards as the API writes them. */
export type TokenStandardName = "ERC-20" | "ERC-721" | "ERC-1155" | "ERC-1400" | "ERC-3643";

export interface DeploymentTemplates {
  /** Strictly ascending. */
  attesters: Address[];
  threshold: number;
  operator: Address;
  entity_providers: string[];
  wallet_providers: string[];
  message_margin_seconds: number;
  /** Chain id as a decimal string to the recipient of the brokered template's fees there. */
  fee_recipients: Record<string, Address>;
}

/**
 * The chain's entry in the deployment.
 *
 * @throws ProtocolError `deployment_invalid` when the deployment has no row for it.
 */
export function deploymentChain(deployment: Pick<Deployment, "chains">, chainId: number | bigint): DeploymentChain {
  const chain = deployment.chains.find((candidate) => candidate.chainId === Number(chainId));
  if (chain === undefined) throw new ProtocolError("deployment_invalid", `the deployment has no chain ${chainId}`);
  return chain;
}
