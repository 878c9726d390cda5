import { coordinatorAbi, escrowAbi, messengerAbi, registryAbi, rootAbi } from "@keystoneos/protocol/abi";
import { createConfig } from "ponder";
import { readConfig } from "./src/config.ts";

const { databaseUrl, deployment, rpcUrls, pollingIntervalMs, rpcCache } = readConfig(process.env);
const { contracts, coordinatorChainId } = deployment;

const chains = Object.fromEntries(
  deployment.chains.map(({ chainId, name }) => [
    name,
    { id: chainId, rpc: rpcUrls.get(chainId), pollingInterval: pollingIntervalMs, disableCache: !rpcCache },
  ]),
);

/** The chains that a contract lives on, each from the deployment's first block there. */
function on(where: "everywhere" | "coordinator") {
  return Object.fromEntries(
    deployment.chains
      .filter(({ chainId }) => where === "everywhere" || chainId === coordinatorChainId)
      .map(({ name, startBlock }) => [name, { startBlock }]),
  );
}

export default createConfig({
  // Each chain is indexed on its own: none waits for another, and a reorg takes back rows of its own chain only.
  ordering: "experimental_isolated",
  database: { kind: "postgres", connectionString: databaseUrl },
  chains,
  contracts: {
    coordinator: { abi: coordinatorAbi, address: contracts.coordinator, chain: on("coordinator") },
    registry: { abi: registryAbi, address: contracts.registry, chain: on("coordinator") },
    escrow: { abi: escrowAbi, address: contracts.escrow, chain: on("everywhere") },
    messenger: { abi: messengerAbi, address: contracts.messenger, chain: on("everywhere") },
    root: { abi: rootAbi, address: contracts.root, chain: on("everywhere") },
  },
});
