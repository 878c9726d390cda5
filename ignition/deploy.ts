import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { predictContracts } from "@keystoneos/protocol/deployment";
import { demandPredictedContracts } from "./artifacts.ts";
import type { Target } from "./chain.ts";
import { deployChain } from "./deploy-chain.ts";
import { preflight } from "./preflight.ts";
import { provePath } from "./prove-path.ts";
import { creationBlock, type DeploymentRecord, recordOf, writeJson } from "./record.ts";

/**
 * Deploys a plan to its public chains: contracts, wiring, seal, and the verdict that proves each path. Whatever is there already, by
 * whomever, is left alone, so that a repeated run sends nothing and an interrupted one goes on.
 *
 * @param targets All chains of one plan.
 * @param recordFile Gets addresses, rows and first blocks.
 * @throws DeployError ContractsDiffer, ChainNotReady before anything is sent; those of `deployChain` later.
 */
export async function deployPlan(targets: readonly Target[], recordFile: string): Promise<DeploymentRecord> {
  demandPredictedContracts();
  await preflight(targets);
  // One chain's failure must not cut off another's step in the middle.
  const outcomes = await Promise.allSettled(targets.map(deployChain));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  const [{ plan }] = targets as [Target];
  const centre = targets.find(({ chainId }) => chainId === plan.coordinatorChainId) as Target;
  for (const { chainId } of targets) if (chainId !== centre.chainId) await provePath(centre, chainId);
  const record = recordOf(plan, await startBlocks(targets, recordFile));
  writeJson(recordFile, record);
  return record;
}

async function startBlocks(targets: readonly Target[], recordFile: string): Promise<Map<number, number>> {
  const known = readRecord(recordFile);
  const found = await Promise.all(
    targets.map(async ({ plan, chainId, client }): Promise<[number, number]> => {
      const { root } = predictContracts(plan);
      const before =
        known?.contracts.root === root ? known.chains.find((chain) => chain.chainId === chainId) : undefined;
      return [chainId, before?.startBlock ?? (await creationBlock(client, root))];
    }),
  );
  return new Map(found);
}

function readRecord(file: string): DeploymentRecord | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as DeploymentRecord) : null;
}

/** Where a network's journals and its record are kept, under the folder of all deployments. */
export function filesOf(folder: string, network: string) {
  return {
    journal: (chainId: number) => join(folder, `${network}-${chainId}`),
    record: join(folder, `${network}.json`),
  };
}
