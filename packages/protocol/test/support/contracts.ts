import type { Chain } from "../../../../test/contracts/support/chain.ts";
import { type World as Contracts, openWorld } from "../../../../test/contracts/support/world.ts";
import {
  applyEvent,
  type ChainEvent,
  type Deployment,
  decodeChainEvent,
  emptyWorld,
  type World,
} from "../../src/index.ts";
import type { TermsContext } from "../../src/terms/index.ts";
import { deployment as sample } from "./sample.ts";

/** The real contracts on two simulated chains with LayerZero's own between them, seen as a deployment of this package. */
export interface ContractWorld {
  contracts: Contracts;
  deployment: Deployment;
  context: TermsContext;
  /** Brings both chains back to where they were when this was opened. */
  restore(): Promise<void>;
  /** Every log of the deployment, by chain, in order. */
  logs(): Promise<ChainEvent[][]>;
  /** The clock of the coordinator's chain, Unix seconds. */
  now(): Promise<number>;
}

export async function openContracts(): Promise<ContractWorld> {
  const contracts = await openWorld();
  const { home, away, addresses, rows } = contracts;
  const chains = sample.chains.map((chain, index) => ({ ...chain, endpoint: rows[index]?.endpoint ?? chain.endpoint }));
  const deployment: Deployment = { ...sample, contracts: addresses, chains };
  const back = await contracts.snapshot();
  return {
    contracts,
    deployment,
    context: {
      chainIds: chains.map(({ chainId }) => chainId),
      coordinatorChainId: home.chainId,
      coordinator: addresses.coordinator,
      escrow: addresses.escrow,
    },
    restore: back,
    logs: () => Promise.all([home, away].map((chain) => logsOf(deployment, chain))),
    now: () => home.helpers.time.latest(),
  };
}

async function logsOf(deployment: Deployment, chain: Chain): Promise<ChainEvent[]> {
  const address = Object.values(deployment.contracts);
  const logs = await chain.client.getLogs({ address, fromBlock: 0n, toBlock: "latest" });
  return logs.map((log) => decodeChainEvent(deployment, chain.chainId, log)).filter((event) => event !== null);
}

/** The world that the logs tell, one chain after the other. */
export async function foldedWorld(world: ContractWorld): Promise<World> {
  return (await world.logs()).flat().reduce(applyEvent, emptyWorld(world.deployment));
}
