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
  const { home, away, rows } = contracts;
  // The escrow's second code is no contract of its own to anybody outside.
  const { escrowExtension: _, ...addresses } = contracts.addresses;
  const chains = sample.chains.map((chain, index) => ({ ...chain, endpoint: rows[index]?.endpoint ?? chain.endpoint }));
  const deployment: Deployment = { ...sample, contracts: { ...addresses, router: sample.contracts.router }, chains };
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

async function logsOf(deployment: Deployment, chain: Chain, fromBlock = 0n): Promise<ChainEvent[]> {
  const address = Object.values(deployment.contracts);
  const logs = await chain.client.getLogs({ address, fromBlock, toBlock: "latest" });
  return logs.map((log) => decodeChainEvent(deployment, chain.chainId, log)).filter((event) => event !== null);
}

/** The world that the logs tell, kept up with the chains as they go on. */
export interface Follower {
  folded: World;
  /** Takes in what was logged since the last time, and returns it. */
  catchUp(): Promise<ChainEvent[]>;
}

export function follow({ contracts, deployment }: ContractWorld): Follower {
  const folded = emptyWorld(deployment);
  return {
    folded,
    async catchUp() {
      const fresh: ChainEvent[] = [];
      for (const chain of [contracts.home, contracts.away]) {
        const { cursor } = folded.chains.get(chain.chainId) ?? { cursor: null };
        fresh.push(...(await logsOf(deployment, chain, cursor === null ? 0n : cursor.blockNumber + 1n)));
      }
      fresh.reduce(applyEvent, folded);
      return fresh;
    },
  };
}

/** The world that the logs tell, one chain after the other. */
export async function foldedWorld(world: ContractWorld): Promise<World> {
  return (await world.logs()).flat().reduce(applyEvent, emptyWorld(world.deployment));
}
