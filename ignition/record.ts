import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { DeploymentChain, DeploymentContracts } from "@keystoneos/protocol";
import { CREATE_X, type DeploymentPlan, predictContracts } from "@keystoneos/protocol/deployment";
import { type Address, type PublicClient, parseAbiItem } from "viem";

/** What a deployment file says of contracts and chains; whoever runs the services adds instruments and templates. */
export interface DeploymentRecord {
  coordinatorChainId: number;
  contracts: DeploymentContracts;
  chains: DeploymentChain[];
}

/** The record of a plan whose roots were created in these blocks, by chain id. */
export function recordOf(plan: DeploymentPlan, startBlocks: ReadonlyMap<number, number>): DeploymentRecord {
  return {
    coordinatorChainId: plan.coordinatorChainId,
    contracts: predictContracts(plan),
    chains: plan.chains.map(({ chainId, name, layerZero: { eid, endpoint }, finality }, row) => ({
      chainId,
      name,
      row,
      eid,
      endpoint,
      startBlock: startBlocks.get(chainId) ?? 0,
      finality,
    })),
  };
}

/** What public nodes serve logs of at once. */
const WINDOW = 5_000n;

const contractCreation = parseAbiItem("event ContractCreation(address indexed newContract, bytes32 indexed salt)");

/** The block that CreateX created the root in, searched from the newest on: nothing of the deployment is older. */
export async function creationBlock(client: PublicClient, root: Address): Promise<number> {
  const newest = await client.getBlockNumber({ cacheTime: 0 });
  for (let toBlock = newest; toBlock >= 0n; toBlock -= WINDOW) {
    const fromBlock = toBlock < WINDOW ? 0n : toBlock - WINDOW + 1n;
    const where = { address: CREATE_X, event: contractCreation, args: { newContract: root }, fromBlock, toBlock };
    const [log] = await client.getLogs(where);
    if (log !== undefined) return Number(log.blockNumber);
  }
  return 0;
}

/** Replaces a JSON file in one go. */
export function writeJson(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}
