import { coordinatorAbi, escrowAbi, messengerAbi, registryAbi, rootAbi } from "@keystoneos/protocol/abi";
import { createConfig } from "ponder";
import { readConfig } from "./src/config.ts";
import { chainTransport } from "./src/transport.ts";
import { log } from "./start/log.ts";

const { databaseUrl, deployment, rpcUrls, pollingIntervalMs, rpcCache } = readConfig(process.env);
const { contracts, coordinatorChainId } = deployment;

const chains = Object.fromEntries(
  deployment.chains.map(({ chainId, name }) => [
    name,
    {
      id: chainId,
      rpc: chainTransport(rpcUrls.get(chainId) as string, { giveUp }),
      pollingInterval: pollingIntervalMs,
      disableCache: !rpcCache,
    },
  ]),
);

function giveUp(reason: string): never {
  log("error", "Starting over", { reason });
  process.exit(75);
}

/** The chains that a contract lives on, each from the deployment's first block there. */
function on(where: "everywhere" | "coordinator") {
  return Object.fromEntries(
    deployment.chains
      .filter(({ chainId }) => where === "everywhere" || chainId === coordinatorChainId)
      .map(({ name, startBlock }) => [name, { startBlock }]),
  );
}

export default createConfig({
  // No chain waits for another one's clock.
  ordering: "multichain",
  database: { kind: "postgres", connectionString: databaseUrl },
  chains,
  contracts: {
    coordinator: { abi: coordinatorAbi, address: contracts.coordinator, chain: on("coordinator") },
    registry: { abi: registryAbi, address: contracts.registry, chain: on("coordinator") },
    escrow: { abi: escrowAbi, address: contracts.escrow, chain: on("everywhere") },
    messenger: { abi: messengerAbi, address: contracts.messenger, chain: on("everywhere") },
    root: { abi: rootAbi, address: contracts.root, chain: on("everywhere") },
  },
  // Every block from the present one on. Older ones would have to be fetched one by one, and nobody asks for them.
  blocks: {
    head: {
      chain: Object.fromEntries(deployment.chains.map(({ name }) => [name, { startBlock: "latest" as const }])),
      interval: 1,
    },
  },
});
